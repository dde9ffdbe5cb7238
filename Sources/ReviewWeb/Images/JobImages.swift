import DICOMFiles
import DurableFiles
import Foundation
import HTTPTypes
import Ledger

/// The images of a job: headers and geometry, as they stand in the ledger. No file is opened for them.
package struct JobImages: Sendable {
    package let series: ImageSeries
    /// What was annotated.
    package let volume: ImageVolume
    /// The same for all jobs on the same images.
    let key: String
    /// How the volume is decoded.
    let request: VolumeRequest

    /// Puts the stored instances of a job together.
    ///
    /// - Throws: ``ReviewError`` where they form no volume, or a header was written by another version.
    package init(_ instances: [Instance], store: RawPath) throws(ReviewError) {
        guard let headers = try? instances.map({ try $0.imageHeader(in: store) }), !headers.isEmpty else {
            throw ReviewError(
                .unprocessableContent,
                "HEADERS",
                "the headers of these images cannot be read by this version",
                remedy: "Have the series planned again."
            )
        }
        series = ImageSeries(headers: headers)
        guard let volume = series.volume else {
            throw ReviewError(.unprocessableContent, "NO_VOLUME", "these images form no volume")
        }
        self.volume = volume
        key = instances.map(\.digest.hex).sorted().joined().sha256
        request = VolumeRequest(volume, of: series)
    }
}

extension Instance {
    /// What the inspection learnt of the file, with the path of the copy in the store.
    package func imageHeader(in store: RawPath) throws -> InstanceHeader {
        try JSONDecoder().decode(InstanceHeader.self, from: Data(header)).moved(to: store.appending(storePath))
    }
}

extension String {
    fileprivate var sha256: String { SHA256Digest(of: Array(utf8)).hex }
}

/// The images of the jobs that were looked at last.
package actor JobImagesCache {
    private let ledger: any LedgerQueries
    private let store: RawPath
    private let capacity: Int
    private var images: [JobID: JobImages] = [:]
    /// The one that was used last is the last.
    private var order: [JobID] = []

    /// Images from a ledger and a store, of at most `capacity` jobs.
    package init(ledger: any LedgerQueries, store: RawPath, capacity: Int = 64) {
        self.ledger = ledger
        self.store = store
        self.capacity = capacity
    }

    /// The images of a job; they never change.
    ///
    /// - Throws: ``ReviewError``, `LedgerError`.
    package func images(of job: JobID) async throws -> JobImages {
        if let found = images[job] {
            order.removeAll { $0 == job }
            order.append(job)
            return found
        }
        let instances = try await ledger.instances(of: job)
        guard !instances.isEmpty else { throw ReviewError.noJob }
        let found = try JobImages(instances, store: store)
        images[job] = found
        order.append(job)
        if order.count > capacity { images[order.removeFirst()] = nil }
        return found
    }
}

extension ReviewError {
    /// There is no such job.
    static let noJob = ReviewError(.notFound, "NOT_FOUND", "there is no such job")
}
