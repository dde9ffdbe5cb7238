import DICOMFiles
import Foundation

/// Finds studies, series and instances (QIDO-RS, PS3.18 section 10.6).
struct WebSearch: Sendable {
    /// What was found, and what the answer has to warn of.
    struct Results: Sendable {
        var documents: [DICOMDocument] = []
        var warnings: [String] = []
    }

    /// At most so many studies are looked at for one search without a Study Instance UID, after those that the ledger finds
    /// by the patient's name or ID or the accession number.
    static let mostStudies = 2_000
    /// And so many where the ledger could be asked: what it has not found was taken by no profile.
    static let mostOthers = 200

    let store: WebStore
    /// Scheme, host and port that the client asked.
    let root: String

    private struct FoundSeries {
        let objects: [WebInstance]
        let document: DICOMDocument
    }

    // MARK: - Levels

    func studies(_ query: WebQuery) async throws -> Results {
        try await search(query, study: nil) { study in
            guard let document = try await self.study(study, query) else { return [] }
            return query.matches(document) ? [document] : []
        }
    }

    func series(_ query: WebQuery, study: String?) async throws -> Results {
        try await search(query, study: study) { uid in
            try await seriesOf(uid).compactMap { found in
                var document = describe(found, query)
                if study == nil { copy(Self.studyFields, from: found.document, to: &document) }
                return query.matches(document.over(found.document)) ? document : nil
            }
        }
    }

    func instances(_ query: WebQuery, study: String?, series: String?) async throws -> Results {
        try await search(query, study: study) { uid in
            var found: [DICOMDocument] = []
            for objects in try await store.series(of: uid) where series == nil || objects[0].series == series {
                for object in objects {
                    guard let whole = await store.document(of: object) else { continue }
                    var document = describe(object, whole, query)
                    if series == nil { copy(Self.seriesFields, from: whole, to: &document) }
                    if study == nil { copy(Self.studyFields, from: whole, to: &document) }
                    if query.matches(document.over(whole)) { found.append(document) }
                }
            }
            return found
        }
    }

    /// Goes through the studies that can hold results until a page is full.
    private func search(
        _ query: WebQuery,
        study: String?,
        _ find: (String) async throws -> [DICOMDocument]
    ) async throws -> Results {
        var results = Results()
        if query.wantsFuzzyMatching {
            results.warnings.append("fuzzy matching is not supported; names match literally")
        }
        var seen = 0
        func add(_ study: String) async throws {
            for document in try await find(study) {
                seen += 1
                if seen > query.offset, results.documents.count < query.limit { results.documents.append(document) }
            }
        }
        let wanted = study.map { [$0] } ?? query.uids(.studyInstanceUID).map { $0.sorted() }
        if let wanted {
            for uid in wanted where try await store.hasStudy(uid) { try await add(uid) }
        } else {
            let words = query.words
            let named = words.isEmpty ? [] : try await store.studies(holding: words, limit: Self.mostStudies)
            for uid in named where seen <= query.offset + query.limit { try await add(uid) }
            let known = Set(named)
            let most = words.isEmpty ? Self.mostStudies : Self.mostOthers
            var looked = 0
            while seen <= query.offset + query.limit, looked < most {
                let page = try await store.studies(offset: looked, limit: 100)
                if page.isEmpty { break }
                for uid in page where seen <= query.offset + query.limit && !known.contains(uid) { try await add(uid) }
                looked += page.count
            }
            if looked >= most {
                let others = words.isEmpty ? "studies" : "studies that no profile took"
                results.warnings.append("only the last \(most) \(others) were searched")
            }
        }
        let left = seen - query.offset - results.documents.count
        if left > 0 { results.warnings.append("there are additional results that can be requested") }
        return results
    }

    // MARK: - Documents

    private func seriesOf(_ study: String) async throws -> [FoundSeries] {
        var found: [FoundSeries] = []
        for objects in try await store.series(of: study) {
            guard let document = await store.document(of: objects[0]) else { continue }
            found.append(FoundSeries(objects: objects, document: document))
        }
        return found
    }

    private func study(_ uid: String, _ query: WebQuery) async throws -> DICOMDocument? {
        let series = try await seriesOf(uid)
        guard let first = series.first else { return nil }
        var document = DICOMDocument()
        copy(Self.studyFields, from: first.document, to: &document)
        copyWanted(query, from: first.document, to: &document)
        let modalities = Set(series.compactMap { $0.document.text(.modality) }).sorted()
        document.set(.modalitiesInStudy, "CS", modalities.map { .text($0) })
        document.set(.studySeries, "IS", [.number(Double(series.count))])
        document.set(.studyInstances, "IS", [.number(Double(series.reduce(0) { $0 + $1.objects.count }))])
        complete(&document, "/studies/\(uid)")
        return document
    }

    private func describe(_ series: FoundSeries, _ query: WebQuery) -> DICOMDocument {
        let object = series.objects[0]
        var document = DICOMDocument()
        copy(Self.seriesFields, from: series.document, to: &document)
        copyWanted(query, from: series.document, to: &document)
        document.set(.seriesInstances, "IS", [.number(Double(series.objects.count))])
        complete(&document, "/studies/\(object.study)/series/\(object.series)")
        return document
    }

    private func describe(_ object: WebInstance, _ whole: DICOMDocument, _ query: WebQuery) -> DICOMDocument {
        var document = DICOMDocument()
        copy(Self.instanceFields, from: whole, to: &document)
        copyWanted(query, from: whole, to: &document)
        document.set(.availableTransferSyntaxUID, "UI", [.text(object.transferSyntax)])
        complete(
            &document,
            "/studies/\(object.study)/series/\(object.series)/instances/\(object.instance)"
        )
        return document
    }

    private func complete(_ document: inout DICOMDocument, _ path: String) {
        document.set(.specificCharacterSet, "CS", [.text("ISO_IR 192")])
        document.set(.instanceAvailability, "CS", [.text("ONLINE")])
        document.set(.retrieveURL, "UR", [.text("\(root)/\(ReviewBase.dicomWeb.rawValue)\(path)")])
    }

    private func copy(_ tags: [DICOMTag], from source: DICOMDocument, to document: inout DICOMDocument) {
        for tag in tags { document.copy(tag, from: source) }
    }

    private func copyWanted(_ query: WebQuery, from source: DICOMDocument, to document: inout DICOMDocument) {
        if query.wantsAllFields { document.copyAll(from: source) }
        copy(query.fields + query.conditions.map(\.tag), from: source, to: &document)
    }

    // MARK: - Attributes that are always told (PS3.18 tables 10.6.3-3 to 10.6.3-5)

    private static let studyFields: [DICOMTag] = [
        .studyDate, .studyTime, .accessionNumber, .referringPhysicianName, .timezoneOffsetFromUTC, .studyDescription,
        .patientName, .patientID, .patientBirthDate, .patientSex, .studyInstanceUID, .studyID,
    ]

    private static let seriesFields: [DICOMTag] = [
        .modality, .timezoneOffsetFromUTC, .seriesDescription, .studyInstanceUID, .seriesInstanceUID, .seriesNumber,
        .bodyPartExamined, .performedProcedureStepStartDate, .performedProcedureStepStartTime,
    ]

    private static let instanceFields: [DICOMTag] = [
        .sopClassUID, .sopInstanceUID, .timezoneOffsetFromUTC, .studyInstanceUID, .seriesInstanceUID, .instanceNumber,
        .rows, .columns, .bitsAllocated, .numberOfFrames,
    ]
}

extension DICOMDocument {
    /// What a search looks at: what is answered, and behind it what stands in the object.
    fileprivate func over(_ whole: DICOMDocument) -> DICOMDocument {
        var document = self
        document.copyAll(from: whole)
        return document
    }
}
