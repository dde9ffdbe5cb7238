import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Hummingbird
import Ledger

/// The volumes of jobs as the page shows them.
package struct JobVolumes: Sendable {
    /// What is looked at, and by what.
    package struct Surroundings: Sendable {
        package let ledger: any LedgerQueries
        /// Where store paths begin.
        package let store: RawPath
        /// Where the paths of results begin.
        package let results: RawPath
        package let decoder: any VolumeDecoder
        package let reader: any ImagingReader
        package let protocols: any JobProtocols
        /// Bytes that volumes in memory may take.
        package var capacity = 1 << 30

        package init(
            ledger: any LedgerQueries,
            store: RawPath,
            results: RawPath,
            decoder: any VolumeDecoder,
            reader: any ImagingReader,
            protocols: any JobProtocols
        ) {
            self.ledger = ledger
            self.store = store
            self.results = results
            self.decoder = decoder
            self.reader = reader
            self.protocols = protocols
        }
    }

    package let surroundings: Surroundings
    package let images: JobImagesCache
    private let cache: VolumeCache
    private let thumbnails: ThumbnailCache

    package init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
        images = JobImagesCache(ledger: surroundings.ledger, store: surroundings.store)
        cache = VolumeCache(decoder: surroundings.decoder, capacity: surroundings.capacity)
        thumbnails = ThumbnailCache()
    }

    /// The job; everything of it is found by its number.
    func job(_ id: JobID) async throws -> Job {
        guard let job = try await surroundings.ledger.job(id) else { throw ReviewError.noJob }
        return job
    }

    /// The volume of a job in memory, decoded from now on where it is not there.
    package func volume(of job: JobID, first: [Int] = []) async throws -> DecodedVolume {
        let images = try await images.images(of: job)
        do throws(FileError) {
            return try await cache.volume(of: images, first: first)
        } catch {
            throw ReviewError(.serviceUnavailable, "MEMORY", "there is no memory for these images now")
        }
    }

    /// What a viewer has to know before pixels come. Decoding begins with it, in the middle.
    package func description(of id: JobID) async throws -> VolumeDescription {
        let job = try await job(id)
        let images = try await images.images(of: id)
        let volume = try await volume(of: id, first: [images.volume.count / 2])
        let coding = try await pixels { () async throws(DecodedVolume.Failure) in try await volume.coding() }
        guard let range = await volume.sampledRange() else { throw ReviewError.undecodable("DECODE_FAILED") }
        var windows: [VolumeDescription.Window] = []
        if let window = surroundings.protocols.jobProtocol(of: job)?.window {
            let width = window.upperBound - window.lowerBound
            windows.append(.init(name: "Profile", center: window.lowerBound + width / 2, width: width))
        }
        return VolumeDescription(images, coding: coding, range: range, windows: windows)
    }

    /// Stored numbers of some slices, little-endian.
    package func slices(of job: JobID, first: Int, count: Int) async throws -> ByteBuffer {
        let volume = try await volume(of: job, first: [first])
        let slices = first..<first + count
        guard slices.upperBound <= volume.request.frames.count else {
            throw ReviewError.notFound("the volume has \(volume.request.frames.count) slices")
        }
        return try await pixels { () async throws(DecodedVolume.Failure) in try await volume.bytes(slices) }
    }

    private func pixels<Value>(
        _ body: () async throws(DecodedVolume.Failure) -> Value
    ) async throws(ReviewError) -> Value {
        do throws(DecodedVolume.Failure) {
            return try await body()
        } catch {
            throw ReviewError.undecodable(error.reason)
        }
    }

    // MARK: - Thumbnails

    /// A PNG of the slice with most of the result, or of the one in the middle.
    package func thumbnail(of id: JobID) async throws -> Data {
        if let known = await thumbnails.picture(of: id) { return known }
        let job = try await job(id)
        let images = try await images.images(of: id)
        let slice = fullestSlice(of: job, images) ?? images.volume.count / 2
        let plane = images.volume.stack.planes[slice]
        let window =
            surroundings.protocols.jobProtocol(of: job)?.window
            ?? (images.series.modality == "CT" ? -160...240 : nil)
        let question = ThumbnailQuestion(
            frame: images.request.frames[slice],
            rowSpacing: plane.rowSpacing,
            columnSpacing: plane.columnSpacing,
            window: window.map { [$0.lowerBound, $0.upperBound] },
            size: 256
        )
        guard case .bytes(let pictures) = await surroundings.reader.answer(.thumbnail(question)),
            let picture = pictures.first
        else { throw ReviewError.undecodable("DECODE_FAILED") }
        await thumbnails.keep(picture, of: id)
        return picture
    }

    /// By the pixels that the receipt counts.
    private func fullestSlice(of job: Job, _ images: JobImages) -> Int? {
        guard let path = job.result?.receiptPath,
            let bytes = try? ReadOnlyFile(surroundings.results.appending(path), subject: "receipt").readAll(
                limit: 64 << 20
            ),
            let receipt = try? JSONDecoder().decode(PromptedSlices.self, from: Data(bytes))
        else { return nil }
        var pixels: [SourceReference: Int] = [:]
        for box in receipt.segments.flatMap(\.boxes) {
            pixels[SourceReference(sopClassUID: "", sopInstanceUID: box.sop, frameNumber: box.frame), default: 0] +=
                box.pixels
        }
        let counts = images.volume.frames.map { frame in
            pixels[
                SourceReference(
                    sopClassUID: "",
                    sopInstanceUID: frame.sopInstanceUID,
                    frameNumber: frame.frameNumber
                )
            ] ?? 0
        }
        guard let most = counts.max(), most > 0 else { return nil }
        return counts.firstIndex(of: most)
    }
}

/// The part of a receipt that says how much was found on which image.
private struct PromptedSlices: Decodable {
    struct Segment: Decodable {
        let boxes: [Box]
    }

    struct Box: Decodable {
        let sop: String
        let frame: Int?
        let pixels: Int
    }

    let segments: [Segment]
}

/// The thumbnails that were shown last.
private actor ThumbnailCache {
    private static let capacity = 1_000
    private var pictures: [JobID: Data] = [:]
    private var order: [JobID] = []

    func picture(of job: JobID) -> Data? { pictures[job] }

    func keep(_ picture: Data, of job: JobID) {
        if pictures[job] == nil { order.append(job) }
        pictures[job] = picture
        if order.count > Self.capacity { pictures[order.removeFirst()] = nil }
    }
}

extension ReviewError {
    /// Pixels cannot be shown, for a reason code.
    static func undecodable(_ reason: String) -> ReviewError {
        ReviewError(
            .unprocessableContent,
            "IMAGES",
            "these images cannot be decoded (\(reason))",
            remedy: "Send the series again from its source."
        )
    }
}
