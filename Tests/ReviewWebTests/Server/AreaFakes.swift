import DurableFiles
import Foundation
import HTTPTypes
import Hummingbird
import Ledger

@testable import ReviewWeb

/// Every area of the interface over a ledger, with nothing behind it but the ledger.
enum AllAreas {
    static func areas(_ ledger: InMemoryLedger, _ audit: any ReviewAudit) -> [any ReviewRoutes] {
        let volumes = JobVolumes(
            .init(
                ledger: ledger,
                store: RawPath("/nowhere"),
                results: RawPath("/nowhere"),
                decoder: InProcessVolumeDecoder(),
                reader: InProcessImagingReader(),
                protocols: FakeCatalogue()
            )
        )
        let masks = JobMasks(volumes)
        let catalogue = FakeCatalogue()
        let deeds = LedgerDeeds(ledger: ledger)
        return [
            WorklistRoutes(ledger: ledger, catalogue: catalogue, audit: audit),
            JobRoutes(volumes, masks: masks, catalogue: catalogue),
            DecisionRoutes(ledger: ledger, deeds: deeds, audit: audit),
            ImageRoutes(volumes),
            MaskRoutes(masks, saver: RefusingSaver(), audit: audit),
            PromptRoutes(NoPrompting()),
            QuarantineRoutes(ledger: ledger, deeds: deeds, audit: audit),
            SystemRoutes(
                SystemFacts(version: "1", folders: [("store", RawPath("/tmp"))]),
                ledger: ledger,
                catalogue: catalogue
            ),
            AuditRoutes(RawPath("/nowhere")),
            LearningRoutes(NoLearning(), audit: audit),
            DICOMwebRoutes(volumes.surroundings, audit: audit),
        ]
    }
}

/// One profile and one model.
struct FakeCatalogue: ReviewCatalogue, JobProtocols {
    func profiles() -> [ProfileSummary] {
        [ProfileSummary(id: "liver", title: "Liver", version: "1", model: "small", segments: 2)]
    }

    func profileProblems() -> [ProfileProblem] {
        [ProfileProblem(file: "liver.xml", line: 3, message: "no such element", remedy: "Remove it")]
    }

    func profileTitle(_ id: String) -> String? { id == "liver" ? "Liver" : nil }

    func models() -> [ModelSummary] { [] }

    func modelName(_ weights: ContentDigest) -> String? { "small" }

    func explain(_ job: Job) async throws -> [ExplainedRule] { [] }

    func jobProtocol(of job: Job) -> JobProtocol? {
        let code = CodeTriplet(value: "10200004", scheme: "SCT", meaning: "Liver")
        return JobProtocol(
            window: -160...240,
            segments: [
                .init(key: "liver/liver", label: "Liver", colour: "#aa5500", code: code, expectedVolume: (500, 3_000)),
                .init(key: "liver/spleen", label: "Spleen", colour: "#5500aa", code: code),
            ]
        )
    }
}

/// Decides as the service does, by the ledger alone.
struct LedgerDeeds: ReviewDeeds {
    let ledger: InMemoryLedger

    func perform(_ deed: ReviewDeed, by user: ReviewUser, work: ReviewWork) async throws -> String {
        switch deed {
        case .accept(let job, let version):
            let decision: ReviewDecision =
                switch version {
                case .undisputed: .accept
                case .result: .acceptResult
                case .correction(let id): .acceptCorrection(id)
                }
            try await ledger.decide(job, decision, by: user.name, work: work)
        case .reject(let job, let reason): try await ledger.decide(job, .reject(reason), by: user.name, work: work)
        case .retry(let job): try await ledger.retry(job, by: user.name)
        case .cancel(let job): try await ledger.cancel(job, reason: JobReason("WITHDRAWN"), by: user.name)
        case .replan(let id):
            guard let job = try await ledger.job(id) else { throw ReviewError.notFound("there is no such job") }
            try await ledger.reopen(job.series, by: user.name)
        case .releaseFile(let file): try await ledger.release(file, by: user.name)
        case .releaseStudy(let file):
            guard let study = try await ledger.file(file)?.studyUID else {
                throw ReviewError.notFound("there is no such file")
            }
            try await ledger.release(study, by: user.name)
        case .releaseCorrection(let id, let byNumber):
            _ = try await ledger.release(id, matchingByNumber: byNumber, by: user.name)
        }
        return "done"
    }
}

/// Takes nothing in.
private struct RefusingSaver: CorrectionSaver {
    func save(_ draft: CorrectionDraft, of job: JobID, by user: ReviewUser) async throws -> SavedCorrection {
        throw ReviewError.notFound("nothing is saved here")
    }
}

/// Has no model.
private struct NoPrompting: InteractivePrompting {
    func offer(for job: JobID) async throws -> PromptOffer { PromptOffer(available: false) }

    func prompt(
        _ question: SlicePromptQuestion,
        on job: JobID,
        by user: ReviewUser
    ) async throws -> SlicePromptAnswer {
        throw ReviewError.notFound("there is no model")
    }

    func propagate(
        _ question: PropagationQuestion,
        on job: JobID,
        by user: ReviewUser
    ) async throws -> PropagationAnswer {
        throw ReviewError.notFound("there is no model")
    }
}

/// Never learns.
private struct NoLearning: ReviewLearning {
    func overview() async throws -> Data { Data("{}".utf8) }

    func run(_ id: String) async throws -> Data? { nil }

    func reportPage(_ id: String) async throws -> [UInt8]? { nil }

    func start(by user: ReviewUser) async throws {}

    func stop(_ id: String) async throws -> String { "" }

    func promote(_ model: String, by user: ReviewUser, reason: String) async throws {}

    func rollBack(by user: ReviewUser, reason: String) async throws {}
}
