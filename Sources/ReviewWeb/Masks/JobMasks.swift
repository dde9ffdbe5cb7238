import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import HTTPTypes
import Ledger

/// The masks of a job's result, of its corrections and of its prior, on the grid of its volume.
package struct JobMasks: Sendable {
    private let volumes: JobVolumes
    private let cache = PlacedCache()

    package init(_ volumes: JobVolumes) { self.volumes = volumes }

    /// A segment with its key.
    package struct Keyed: Sendable {
        package let key: String
        package let segment: PlacedSegmentation.Segment
    }

    /// The masks of a result or a correction; `nil` where the job has no segmentation.
    ///
    /// - Throws: ``ReviewError``, `LedgerError`.
    package func masks(of id: JobID, _ source: MaskSource) async throws -> [Keyed]? {
        let job = try await volumes.job(id)
        switch source {
        case .result:
            return try await placedResult(of: job)?.segments.map { Keyed(key: $0.key, segment: $0) }
        case .correction(let number):
            return try await correction(number, of: job)
        }
    }

    /// The segmentation that a job's result is, on its volume; `nil` where it has none.
    package func placedResult(of job: Job) async throws -> PlacedSegmentation? {
        guard let file = job.result?.segmentation else { return nil }
        return try await placed(volumes.surroundings.results.appending(file.path), file.digest, on: job.id)
    }

    /// The segmentation of a correction on the volume of its job.
    package func placed(_ correction: Correction, of job: Job) async throws -> PlacedSegmentation {
        try await placed(volumes.surroundings.store.appending(correction.storePath), correction.digest, on: job.id)
    }

    /// The segments of a correction, by the keys of those of the result that they were matched with.
    private func correction(_ id: CorrectionID, of job: Job) async throws -> [Keyed] {
        guard let correction = try await volumes.surroundings.ledger.correction(id), correction.job == job.id,
            correction.intent == .correct
        else { throw ReviewError.notFound("the job has no such correction") }
        let placed = try await placed(correction, of: job)
        let result = try await placedResult(of: job)
        return Self.keyed(placed, correction, result: result)
    }

    static func keyed(
        _ placed: PlacedSegmentation,
        _ correction: Correction,
        result: PlacedSegmentation?
    ) -> [Keyed] {
        let counterparts = correction.segments.reduce(into: [Int: Int]()) { found, segment in
            if let number = segment.number, let other = segment.resultNumber { found[number] = other }
        }
        return placed.segments.map { segment in
            let counterpart = counterparts[segment.number].flatMap { number in
                result?.segments.first { $0.number == number }
            }
            return Keyed(key: counterpart?.key ?? segment.key, segment: segment)
        }
    }

    private func placed(
        _ path: RawPath,
        _ digest: ContentDigest,
        on job: JobID
    ) async throws -> PlacedSegmentation {
        let images = try await volumes.images.images(of: job)
        let key = "\(digest.hex) \(images.key)"
        if let known = await cache.placed(key) { return known }
        let question = MaskQuestion(FileQuestion(path, digest: digest.hex), on: images.volume)
        switch await volumes.surroundings.reader.answer(.masks(question)) {
        case .masks(let placed):
            await cache.keep(placed, key)
            return placed
        case .refused(let reason):
            throw ReviewError(
                .unprocessableContent,
                "SEGMENTATION",
                "the segmentation cannot be shown on these images (\(reason))"
            )
        case .bytes, .unavailable:
            throw ReviewError(.serviceUnavailable, "SEGMENTATION", "the segmentation cannot be read now")
        }
    }

    // MARK: - Priors

    /// Where the atlas expected each segment, as it was kept beside the result.
    package func priors(of id: JobID) async throws -> [MaskCollection.Member] {
        let job = try await volumes.job(id)
        guard let receipt = job.result?.receiptPath else { return [] }
        let folder = volumes.surroundings.results.appending(receipt).parent
        let images = try await volumes.images.images(of: id)
        guard
            let bytes = try? ReadOnlyFile(folder.appending(MaskCollection.priorsName), subject: "priors")
                .readAll(limit: 256 << 20),
            let collection = try? JSONDecoder().decode(MaskCollection.self, from: Data(bytes)),
            collection.fits(images.volume)
        else { return [] }
        return collection.segments
    }
}

/// The segmentations that were laid over their volumes last.
private actor PlacedCache {
    private static let capacity = 48
    private var placed: [String: PlacedSegmentation] = [:]
    private var order: [String] = []

    func placed(_ key: String) -> PlacedSegmentation? {
        guard let found = placed[key] else { return nil }
        order.removeAll { $0 == key }
        order.append(key)
        return found
    }

    func keep(_ found: PlacedSegmentation, _ key: String) {
        if placed[key] == nil { order.append(key) }
        placed[key] = found
        if order.count > Self.capacity { placed[order.removeFirst()] = nil }
    }
}
