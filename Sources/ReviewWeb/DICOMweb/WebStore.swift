import DICOMFiles
import DurableFiles
import Foundation
import HTTPTypes
import Hummingbird
import Ledger

/// The objects of the site as DICOMweb sees them: images of the store, results, and corrections that count or counted.
struct WebStore: Sendable {
    private let surroundings: JobVolumes.Surroundings
    private let documents = DocumentCache()

    init(_ surroundings: JobVolumes.Surroundings) { self.surroundings = surroundings }

    private var ledger: any LedgerQueries { surroundings.ledger }

    // MARK: - Objects

    /// The studies that came last first.
    func studies(offset: Int, limit: Int) async throws -> [String] {
        try await ledger.studies(offset: offset, limit: limit).map(\.uid.rawValue)
    }

    /// Of all studies that were ever worked on, those in whose patient's name or ID or accession number the words occur; those
    /// that changed last first.
    func studies(holding words: [String], limit: Int) async throws -> [String] {
        let query = WorklistQuery(.all, search: WorklistSearch(words: words), limit: limit)
        var seen: Set<String> = []
        return try await ledger.worklist(query).map(\.job.study.rawValue).filter { seen.insert($0).inserted }
    }

    func hasStudy(_ uid: String) async throws -> Bool { try await ledger.study(StudyUID(uid)) != nil }

    /// The series of a study with their objects: images first, each segmentation in a series of its own.
    func series(of study: String) async throws -> [[WebInstance]] {
        var found: [[WebInstance]] = []
        for series in try await ledger.series(of: StudyUID(study)) {
            let images = try await images(of: series.uid)
            if !images.isEmpty { found.append(images) }
        }
        let segmentations = Dictionary(grouping: try await segmentations(of: study), by: \.series)
        return found + segmentations.values.sorted { $0[0].instance < $1[0].instance }
    }

    private func images(of series: SeriesUID) async throws -> [WebInstance] {
        let store = surroundings.store
        return try await ledger.instances(of: series).compactMap { WebInstance($0, store: store) }
    }

    /// Objects of a study that fit the UIDs of a path.
    ///
    /// - Throws: ``ReviewError`` of status 404 where there is none.
    func instances(study: String, series: String?, instance: String?) async throws -> [WebInstance] {
        var found: [WebInstance]
        if let series, let known = try await ledger.series(SeriesUID(series)), known.study.rawValue == study {
            found = try await images(of: known.uid)
        } else if series != nil {
            found = try await segmentations(of: study)
        } else {
            found = try await self.series(of: study).flatMap { $0 }
        }
        found = found.filter { object in
            object.study == study && series.map { $0 == object.series } ?? true
                && instance.map { $0 == object.instance } ?? true
        }
        guard !found.isEmpty else { throw ReviewError.notFound("there is no such object") }
        return found
    }

    private func segmentations(of study: String) async throws -> [WebInstance] {
        var found: [WebInstance] = []
        for job in try await ledger.jobs(JobFilter(study: StudyUID(study))) {
            if let file = job.result?.segmentation {
                found += await segmentation(surroundings.results.appending(file.path), file.digest, study: study)
            }
            for correction in try await ledger.corrections(
                CorrectionFilter(states: [.current, .superseded], job: job.id, intent: .correct)
            ) {
                found += await segmentation(
                    surroundings.store.appending(correction.storePath),
                    correction.digest,
                    study: study
                )
            }
        }
        // The same masks may be the result of two jobs, or a copy of a result a correction.
        var seen: Set<String> = []
        return found.filter { seen.insert($0.instance).inserted }
    }

    private func segmentation(_ path: RawPath, _ digest: ContentDigest, study: String) async -> [WebInstance] {
        guard let document = await document(FileQuestion(path, digest: digest.hex)),
            let size = try? ReadOnlyFile(path, subject: "SEG").size,
            let object = WebInstance(document, path: path, digest: digest.hex, size: size), object.study == study
        else { return [] }
        return [object]
    }

    // MARK: - What stands in them

    /// The document of an object; `nil` where it cannot be read.
    func document(of object: WebInstance) async -> DICOMDocument? {
        await document(FileQuestion(object.path, digest: object.digest))
    }

    private func document(_ file: FileQuestion) async -> DICOMDocument? {
        guard let digest = file.digest else { return nil }
        if let known = await documents.document(digest) { return known }
        guard case .bytes(let found) = await surroundings.reader.answer(.metadata([file])), let data = found.first,
            let document = try? DICOMDocument(data)
        else { return nil }
        await documents.keep(document, digest)
        return document
    }

    /// The data sets of objects with the addresses of their bulk data, one after the other.
    func metadata(of objects: [WebInstance], root: String) async throws -> [Data] {
        let questions = objects.map { FileQuestion($0.path, digest: $0.digest, address: root + $0.address) }
        return try await answer(.metadata(questions))
    }

    func frames(_ numbers: [Int], of object: WebInstance) async throws -> [Data] {
        try await answer(.frames(FileQuestion(object.path, digest: object.digest), numbers))
    }

    func bulkData(_ place: [String], of object: WebInstance) async throws -> Data {
        let found = try await answer(.bulkData(FileQuestion(object.path, digest: object.digest), place))
        return found.first ?? Data()
    }

    private func answer(_ question: ImagingQuestion) async throws -> [Data] {
        switch await surroundings.reader.answer(question) {
        case .bytes(let data): return data
        case .refused("NOT_FOUND"): throw ReviewError.notFound("there is no such frame or value")
        case .refused(let reason):
            throw ReviewError(.unprocessableContent, "OBJECT", "the object cannot be shown (\(reason))")
        case .masks, .unavailable:
            throw ReviewError(.serviceUnavailable, "OBJECT", "the object cannot be read now")
        }
    }
}

/// The documents that were looked at last.
private actor DocumentCache {
    private static let capacity = 2_000
    private var documents: [String: DICOMDocument] = [:]
    private var order: [String] = []

    func document(_ digest: String) -> DICOMDocument? { documents[digest] }

    func keep(_ document: DICOMDocument, _ digest: String) {
        if documents[digest] == nil { order.append(digest) }
        documents[digest] = document
        if order.count > Self.capacity { documents[order.removeFirst()] = nil }
    }
}
