import Atlas
import DICOMFiles
import DurableFiles
import Foundation
import Geometry
import Profiles

/// One series, what is to be found in it, and with what.
public struct AnnotationRequest: Sendable {
    /// Where prompts come from.
    public enum Source: Sendable {
        /// A profile, with those of its atlases that vote.
        case profile(Profile, atlases: [LoadedAtlas])
        /// A person's or another program's prompts; the digest is of the file.
        case prompts(PromptFile, digest: SHA256Digest)
    }

    /// What is annotated: its largest volume.
    public var series: ImageSeries
    /// Where prompts come from.
    public var source: Source
    /// The network.
    public var model: LoadedModel
    /// The program that the results name.
    public var program: ProgramIdentity
    /// The time that the results carry.
    public var instant: Date
    /// Used where the source has no Timezone Offset From UTC.
    public var timeZone: TimeZone

    /// Whether masks are withheld on which network and atlas disagree or of which the network itself thinks little, and
    /// priors stand in for the network. Whoever judges a model looks at what it draws: one that draws otherwise than the
    /// atlas expects may be right, and so may one that has become modest.
    public var withholds = true

    /// A request from its parts.
    public init(
        series: ImageSeries,
        source: Source,
        model: LoadedModel,
        program: ProgramIdentity,
        instant: Date,
        timeZone: TimeZone = .current
    ) {
        self.series = series
        self.source = source
        self.model = model
        self.program = program
        self.instant = instant
        self.timeZone = timeZone
    }

    /// The same volume, source of prompts, model and program version give the same key: it names the results' folder.
    public func key(of volume: ImageVolume) -> SHA256Digest {
        var parts = volume.frames.map { frame in
            "\(frame.sopInstanceUID) \(frame.frameNumber ?? 0) \(series.headers[frame.headerIndex].digest)"
        }.sorted()
        switch source {
        case .profile(let profile, let atlases):
            let digests = atlases.isEmpty ? "none" : atlases.map(\.digest.hex).joined(separator: " ")
            parts += ["profile \(profile.digest)", "atlas \(digests)"]
        case .prompts(_, let digest):
            parts.append("prompts \(digest)")
        }
        parts += ["model \(model.digest) \(model.precision)", "program \(program.version)"]
        return SHA256Digest(of: Array(parts.joined(separator: "\n").utf8))
    }
}

/// An atlas in memory, with the digest that a receipt names.
public struct LoadedAtlas: Sendable {
    /// The volumes and labels.
    public let atlas: Atlas
    /// Of the package's description.
    public let digest: SHA256Digest

    /// An atlas that is in memory already.
    public init(atlas: Atlas, digest: SHA256Digest) {
        self.atlas = atlas
        self.digest = digest
    }

    /// Loads a package; the digest is that of its description, which names the digests of its volumes.
    public init(folder: RawPath) throws {
        atlas = try AtlasPackage.load(folder)
        digest = try SHA256Digest(ofFile: folder.appending(AtlasPackage.descriptionName))
    }
}

/// Which program wrote a result.
public struct ProgramIdentity: Sendable, Hashable {
    /// For example `preread`.
    public let name: String
    /// The program's version.
    public let version: String
    /// The version of the DICOM toolkit.
    public let dcmtkVersion: String

    /// An identity from its parts.
    public init(name: String, version: String, dcmtkVersion: String) {
        self.name = name
        self.version = version
        self.dcmtkVersion = dcmtkVersion
    }
}
