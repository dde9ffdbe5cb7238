import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Pipeline
import Training

/// How a candidate's annotation of one series differs from that of the model in use: a line of a run's `shadow.jsonl`.
///
/// There is nothing of the patient in it: a job's number, names of segments, and figures.
public struct ShadowedSeries: Sendable, Hashable, Codable {
    /// What became of the candidate's annotation.
    public enum Status: String, Sendable, Hashable, Codable {
        /// Both annotated the series.
        case compared
        /// The candidate could not annotate what the model in use had annotated.
        case refused
        /// There is nothing to compare any more, for example because the result was removed. It does not count.
        case skipped
    }

    /// A segment that at least one of the models found.
    public struct Segment: Sendable, Hashable, Codable {
        /// Tracking ID: `PROFILE/SEGMENT`.
        public var name: String
        /// Segment Label.
        public var label: String
        /// Of all voxels of both masks, 0…1.
        public var dice: Double
        /// mL that the model in use found; 0 where it found nothing.
        public var incumbentML: Double
        /// mL that the candidate found; 0 where it found nothing.
        public var candidateML: Double
        /// Whether the model in use has a voxel.
        public var isFoundByIncumbent: Bool
        /// Whether the candidate has a voxel.
        public var isFoundByCandidate: Bool
    }

    /// The job's number in the ledger.
    public var job: Int64
    /// What number the series has among those that were shadowed, from 1; a series with several jobs keeps its own.
    public var series: Int
    /// What became of it.
    public var status: Status
    /// A reason code, unless the results were compared.
    public var reason: String?
    /// By name; empty unless the results were compared.
    public var segments: [Segment]

    /// A line without a comparison.
    public init(job: Int64, series: Int, status: Status, reason: String) {
        (self.job, self.series, self.status, self.reason) = (job, series, status, reason)
        segments = []
    }

    /// Compares what both models wrote for a series.
    ///
    /// - Throws: ``AnnotationError`` or `FileError` where a result is not there or is not what its receipt says, or is of
    ///   another model than the digest names.
    public init(
        job: Int64,
        number: Int,
        of images: ImageSeries,
        incumbent: (folder: RawPath, model: SHA256Digest),
        candidate: (folder: RawPath, model: SHA256Digest)
    ) throws {
        guard let volume = images.volume else { throw AnnotationError.noVolume(images.problem ?? .badGeometry) }
        let read = try [incumbent, candidate].map { folder, model in
            let result = try WrittenResult(
                folder: folder,
                seriesInstanceUID: images.seriesInstanceUID,
                volume: volume
            )
            guard result.receipt.model.sha256 == model else {
                throw AnnotationError.output("the result is of another model")
            }
            return result
        }
        let labels = read.flatMap(\.receipt.segments).reduce(into: [:]) { $0[$1.trackingID] = $1.label }
        (self.job, series, status) = (job, number, .compared)
        segments = Self.segments(read[0].masks, read[1].masks, labels: labels, grid: VoxelGrid(volume))
    }

    /// Compares masks by their names; those that neither has are left out.
    static func segments(
        _ incumbent: [String: SegmentMask],
        _ candidate: [String: SegmentMask],
        labels: [String: String],
        grid: VoxelGrid
    ) -> [Segment] {
        let empty = SegmentMask(frameCount: grid.offsets.count)
        return Set(incumbent.keys).union(candidate.keys).sorted().compactMap { name in
            let (before, after) = (incumbent[name] ?? empty, candidate[name] ?? empty)
            let overlaps = SliceOverlap.between(after, truth: before)
            let total = overlaps.reduce(0) { $0 + $1.predicted + $1.truth }
            guard total > 0 else { return nil }
            return Segment(
                name: name,
                label: labels[name] ?? name,
                dice: 2 * Double(overlaps.reduce(0) { $0 + $1.intersection }) / Double(total),
                incumbentML: grid.millilitres(before),
                candidateML: grid.millilitres(after),
                isFoundByIncumbent: !before.isEmpty,
                isFoundByCandidate: !after.isEmpty
            )
        }
    }

    /// How many series count: those that were compared, and those that the candidate refused.
    public static func count(_ lines: [ShadowedSeries]) -> Int {
        Set(lines.filter { $0.status != .skipped }.map(\.series)).count
    }

    /// A file of one JSON object for each line, keys sorted.
    public static func jsonLines(_ lines: [ShadowedSeries]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try lines.flatMap { Array(try encoder.encode($0)) + [UInt8(ascii: "\n")] }
    }

    /// Reads what ``jsonLines(_:)`` made.
    public static func lines(_ bytes: [UInt8]) throws -> [ShadowedSeries] {
        let decoder = JSONDecoder()
        return try bytes.split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(ShadowedSeries.self, from: Data($0))
        }
    }
}
