import DurableFiles
import Foundation
import Glibc

/// Switching between sets of atlases: one atomic replacement of `promoted.json`, so that every reader sees the one or the
/// other.
public struct AtlasPromotionFile: Sendable {
    /// The folder of atlas packages.
    public let folder: RawPath

    /// The file of a folder of atlas packages.
    public init(folder: RawPath) {
        self.folder = folder
    }

    /// What is promoted for which profile; nothing where nothing ever was.
    ///
    /// - Throws: ``AtlasPromotionError/damaged(_:)``.
    public func read() throws(AtlasPromotionError) -> AtlasPromotions {
        let path = folder.appending(AtlasPromotions.fileName)
        do {
            let bytes = try ReadOnlyFile(path, subject: AtlasPromotions.fileName).readAll(limit: 1 << 24)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let promotions = try decoder.decode(AtlasPromotions.self, from: Data(bytes))
            guard promotions.format == AtlasPromotions.currentFormat else {
                throw AtlasPromotionError.damaged("it has format \(promotions.format)")
            }
            return promotions
        } catch let error as FileError {
            if error.errno == ENOENT { return AtlasPromotions() }
            throw .damaged(error.description)
        } catch let error as AtlasPromotionError {
            throw error
        } catch {
            throw .damaged("it is not what this version writes")
        }
    }

    /// Makes these atlases those that a profile uses, after checking each package.
    ///
    /// Promoting the present set again changes nothing. Where `replacing` is given, it has to be what is promoted now (`nil`
    /// inside: nothing).
    ///
    /// - Returns: whether anything changed.
    @discardableResult
    public func promote(
        _ names: [String],
        for profile: String,
        replacing expected: AtlasPromotions.Promotion?? = nil,
        by actor: String,
        reason: String
    ) throws -> Bool {
        guard !names.isEmpty, Set(names).count == names.count else { throw AtlasPromotionError.noSet }
        let members = try names.map(member)
        return try change { promotions in
            let present = promotions.current(profile)
            if let expected, expected != present { throw AtlasPromotionError.changedMeanwhile(profile: profile) }
            if present?.atlases == members { return false }
            promotions.promote(
                .init(atlases: members, instant: Self.now(), actor: actor, reason: reason),
                for: profile
            )
            return true
        }
    }

    /// Goes back to what a profile used before its last promotion.
    ///
    /// - Throws: where nothing is promoted, and where an atlas to go back to is gone or changed: then nothing changes.
    public func rollBack(_ profile: String, by actor: String, reason: String) throws {
        try change { promotions in
            guard promotions.rollBack(profile, at: Self.now(), by: actor, reason: reason) else {
                throw AtlasPromotionError.nothingPromoted(profile: profile)
            }
            for atlas in promotions.current(profile)?.atlases ?? [] where try member(atlas.name) != atlas {
                throw AtlasPromotionError.changed(name: atlas.name)
            }
            return true
        }
    }

    /// An atlas as it is now, with all its bytes checked.
    private func member(_ name: String) throws -> AtlasPromotions.Member {
        let package = folder.appending(name)
        _ = try AtlasPackage.load(package)
        return .init(name: name, sha256: try SHA256Digest(ofFile: package.appending(AtlasPackage.descriptionName)))
    }

    @discardableResult
    private func change(_ body: (inout AtlasPromotions) throws -> Bool) throws -> Bool {
        guard let lock = try HeldLock(folder.appending(".promoted.lock")) else { throw AtlasPromotionError.busy }
        defer { lock.release() }
        var promotions = try read()
        guard try body(&promotions) else { return false }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(promotions)) + [UInt8(ascii: "\n")]
        try AtomicFile.write(bytes, to: folder.appending(AtlasPromotions.fileName), subject: AtlasPromotions.fileName)
        return true
    }

    /// Whole seconds, as the file keeps them.
    private static func now() -> Date { Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)) }
}

/// Why atlases were not switched.
public enum AtlasPromotionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `promoted.json` cannot be used.
    case damaged(String)
    /// Nothing is promoted for the profile.
    case nothingPromoted(profile: String)
    /// Something else was promoted since.
    case changedMeanwhile(profile: String)
    /// An atlas is not the one that was promoted.
    case changed(name: String)
    /// No atlas is named, or one twice.
    case noSet
    /// Another process switches atlases now.
    case busy

    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .damaged(let detail):
            "\(AtlasPromotions.fileName) in the folder of atlases cannot be used: \(detail). Restore it"
        case .nothingPromoted(let profile): "no atlas was promoted for profile \(profile): it uses those of its file"
        case .changedMeanwhile(let profile):
            "other atlases were promoted for profile \(profile) meanwhile: nothing is changed"
        case .changed(let name): "the atlas \(name) is not the one that was promoted: restore it"
        case .noSet: "name at least one atlas, and each once"
        case .busy: "another process switches atlases now: try again"
        }
    }
}
