import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Geometry
import Profiles

/// The images of a reviewed case and the masks that count as true, on the slices of the volume that is annotated.
///
/// Pixels stay in their files; masks take one bit for each pixel.
public struct LoadedCase: Sendable {
    /// One structure.
    public struct Structure: Sendable {
        /// Its place in the profile.
        public let segment: ProfileSegment
        /// One entry for each slice of the volume; empty where the structure is known not to be there.
        public let mask: SegmentMask

        /// The tight box of the structure on each slice that has it, in source pixels.
        public func tightBoxes(columns: Int, rows: Int) -> [Int: PixelBox] {
            mask.frames.enumerated().reduce(into: [:]) { boxes, frame in
                boxes[frame.offset] = frame.element.flatMap {
                    PixelBox(of: $0.unpacked(), columns: columns, rows: rows)
                }
            }
        }
    }

    /// What the manifest says.
    public let reviewed: ReviewedCase
    /// The profile that names the structures.
    public let profile: Profile
    /// The images.
    public let series: ImageSeries
    /// The largest volume of the series.
    public let volume: ImageVolume
    /// In the order of the profile.
    public let structures: [Structure]

    /// Reads headers and masks; every file is compared with its digest in the manifest as it is read.
    ///
    /// - Throws: ``CaseManifestError`` where the files are not those of the manifest, `DICOMFileError` and
    ///   `SegmentationError` where they cannot be used.
    public init(_ reviewed: ReviewedCase, root: RawPath, profile: Profile) throws {
        func wrong(_ detail: String) -> CaseManifestError { .contradiction(id: reviewed.id, detail: detail) }
        guard profile.id == reviewed.profile.id else { throw wrong("it belongs to profile \(reviewed.profile.id)") }
        let headers = try reviewed.instances.map { instance in
            let header = try Self.header(of: instance, in: reviewed, root: root)
            guard header.digest == instance.sha256 else {
                throw CaseManifestError.changed(id: reviewed.id, path: instance.path)
            }
            return header
        }
        let isOne = headers.allSatisfy {
            $0.seriesInstanceUID == reviewed.seriesInstanceUID && $0.studyInstanceUID == reviewed.studyInstanceUID
        }
        guard isOne else { throw wrong("an image belongs to another study or series than the manifest says") }
        let series = ImageSeries(headers: headers)
        guard let volume = series.volume else {
            throw wrong("its images make no volume: \((series.problem ?? .badGeometry).rawValue)")
        }
        self.reviewed = reviewed
        self.profile = profile
        self.series = series
        self.volume = volume
        structures = try Self.structures(of: reviewed, profile, volume, root)
    }

    /// `PROFILE/SEGMENT`: what names a structure in scores, and its tracking ID in a SEG.
    public func name(of structure: Structure) -> String { "\(profile.id)/\(structure.segment.id)" }

    private static func header(
        of instance: ReviewedCase.Instance,
        in reviewed: ReviewedCase,
        root: RawPath
    ) throws -> InstanceHeader {
        do throws(DICOMFileError) {
            return try InstanceHeader(reading: root.appending(instance.path), pixelCheck: .none)
        } catch {
            throw CaseManifestError.missing(id: reviewed.id, path: instance.path, detail: error.code.rawValue)
        }
    }

    private static func structures(
        of reviewed: ReviewedCase,
        _ profile: Profile,
        _ volume: ImageVolume,
        _ root: RawPath
    ) throws -> [Structure] {
        func wrong(_ detail: String) -> CaseManifestError { .contradiction(id: reviewed.id, detail: detail) }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try ReadOnlyFile(root.appending(reviewed.truth.path), subject: "truth").readAll()
        } catch {
            throw CaseManifestError.missing(
                id: reviewed.id,
                path: reviewed.truth.path,
                detail: error.description
            )
        }
        guard SHA256Digest(of: bytes) == reviewed.truth.sha256 else {
            throw CaseManifestError.changed(id: reviewed.id, path: reviewed.truth.path)
        }
        let truth = try SegmentationReader.read(bytes: bytes)
        guard truth.sopInstanceUID == reviewed.truth.sopInstanceUID else {
            throw wrong("the truth has another SOP Instance UID than the manifest says")
        }
        let masks = try truth.masks(on: volume)
        let listed = try reviewed.segments.map { entry in
            guard profile.segments.contains(where: { $0.id == entry.id }) else {
                throw wrong("profile \(profile.id) \(profile.version) has no segment \(entry.id)")
            }
            let found = truth.segments.filter { $0.trackingUID == entry.trackingUID }
            guard found.count == 1, let mask = masks[found[0].number] else {
                throw wrong("the truth has no one segment with the tracking UID of \(entry.id)")
            }
            return (entry.id, mask)
        }
        let byID = Dictionary(uniqueKeysWithValues: listed)
        return profile.segments.compactMap { segment in
            byID[segment.id].map { Structure(segment: segment, mask: $0) }
        }
    }
}
