import DICOMFiles
import DurableFiles
import Foundation
import HTTPTypes
import Hummingbird

/// DICOMweb, to look only: searches, retrieval, metadata, frames and bulk data of images and segmentations.
package struct DICOMwebRoutes: ReviewRoutes {
    package var base: ReviewBase { .dicomWeb }

    private let store: WebStore
    private let audit: any ReviewAudit

    package init(_ surroundings: JobVolumes.Surroundings, audit: any ReviewAudit) {
        store = WebStore(surroundings)
        self.audit = audit
    }

    package func add(to group: ReviewGroup) {
        addSearches(to: group)
        for (path, isSeries) in [("studies/:study", false), ("studies/:study/series/:series", true)] {
            group.get("\(path)", showing: .nothing) { request, context in
                try await retrieve(request, context)
            }
            group.get("\(path)/metadata", showing: .nothing) { request, context in
                try await metadata(request, context)
            }
            group.get("\(path)/instances", showing: .nothing) { request, context in
                let names = try Names(context)
                return try await search(request, context, study: names.study) { search, query in
                    try await search.instances(query, study: names.study, series: isSeries ? names.series : nil)
                }
            }
        }
        let instance = "studies/:study/series/:series/instances/:instance"
        group.get("\(instance)", showing: .nothing) { request, context in try await retrieve(request, context) }
        group.get("\(instance)/metadata", showing: .nothing) { request, context in
            try await metadata(request, context)
        }
        group.get("\(instance)/frames/:frames", showing: .nothing) { request, context in
            try await frames(request, context)
        }
        group.get("\(instance)/bulkdata/**", showing: .nothing) { request, context in
            try await bulkData(request, context)
        }
    }

    // MARK: - Searches

    private func addSearches(to group: ReviewGroup) {
        group.get("studies", showing: .nothing) { request, context in
            try await search(request, context, study: nil) { try await $0.studies($1) }
        }
        group.get("series", showing: .nothing) { request, context in
            try await search(request, context, study: nil) { try await $0.series($1, study: nil) }
        }
        group.get("instances", showing: .nothing) { request, context in
            try await search(request, context, study: nil) { try await $0.instances($1, study: nil, series: nil) }
        }
        group.get("studies/:study/series", showing: .nothing) { request, context in
            let study = try Names(context).study
            return try await search(request, context, study: study) { try await $0.series($1, study: study) }
        }
    }

    private func search(
        _ request: Request,
        _ context: ReviewContext,
        study: String?,
        _ find: (WebSearch, WebQuery) async throws -> WebSearch.Results
    ) async throws -> Response {
        try WebAnswer.requireJSON(request)
        if let study, try await !store.hasStudy(study) { throw ReviewError.notFound("there is no such study") }
        let parameters = request.uri.queryParameters.map { (key: $0.key, value: $0.value) }
        let query = try WebQuery(parameters)
        let user = try context.user(.viewer)
        try await audit.note(AuditEntry(.search, by: user.name, from: context.address, study: study, detail: "QIDO-RS"))
        let results = try await find(WebSearch(store: store, root: WebAnswer.root(of: request)), query)
        return try WebAnswer.found(results)
    }

    // MARK: - Retrieval

    private func objects(_ context: ReviewContext) async throws -> [WebInstance] {
        let names = try Names(context)
        return try await store.instances(study: names.study, series: names.series, instance: names.instance)
    }

    private func noteRetrieval(_ context: ReviewContext, _ what: String) async throws {
        let user = try context.user(.viewer)
        let study = try Names(context).study
        try await audit.note(AuditEntry(.retrieve, by: user.name, from: context.address, study: study, detail: what))
    }

    private func retrieve(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let objects = try await objects(context)
        let form = try WebAnswer.form(of: "application/dicom", request) { range in
            objects.allSatisfy { range.takes(transferSyntax: $0.transferSyntax) }
        }
        guard form == .parts || objects.count == 1 else { throw WebAnswer.notAcceptable }
        try await noteRetrieval(context, "WADO-RS")
        return WebAnswer.files(objects, form)
    }

    private func metadata(_ request: Request, _ context: ReviewContext) async throws -> Response {
        try WebAnswer.requireJSON(request)
        let objects = try await objects(context)
        try await noteRetrieval(context, "metadata")
        return WebAnswer.json(try await store.metadata(of: objects, root: WebAnswer.root(of: request)))
    }

    private func frames(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let object = try await objects(context)[0]
        let numbers = (context.parameters.get("frames") ?? "").split(separator: ",").map { Int($0) }
        guard !numbers.isEmpty, numbers.count <= 1_000, numbers.allSatisfy({ ($0 ?? 0) >= 1 }) else {
            throw ReviewError.badRequest("frames are named by their numbers from 1, with commas between them")
        }
        let form = try WebAnswer.form(of: "application/octet-stream", request, takes: WebAnswer.takesUncompressed)
        guard form == .parts || numbers.count == 1 else { throw WebAnswer.notAcceptable }
        try await noteRetrieval(context, "frames")
        let found = try await store.frames(numbers.compactMap { $0 }, of: object)
        return WebAnswer.octets(found, form)
    }

    private func bulkData(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let object = try await objects(context)[0]
        let form = try WebAnswer.form(of: "application/octet-stream", request, takes: WebAnswer.takesUncompressed)
        try await noteRetrieval(context, "bulk data")
        let place = context.parameters.getCatchAll().map(String.init)
        return WebAnswer.octets([try await store.bulkData(place, of: object)], form)
    }

    /// The UIDs of a path.
    private struct Names {
        let study: String
        let series: String?
        let instance: String?

        init(_ context: ReviewContext) throws(ReviewError) {
            func uid(_ name: String) throws(ReviewError) -> String? {
                guard let text = context.parameters.get(name) else { return nil }
                guard DICOMUID.isValid(text) else { throw .notFound("there is no such \(name)") }
                return text
            }
            guard let study = try uid("study") else { throw .notFound("there is no such study") }
            self.study = study
            series = try uid("series")
            instance = try uid("instance")
        }
    }
}
