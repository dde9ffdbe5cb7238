import Checkpoints
import DICOMFiles
import DurableFiles
import HTTPTypes
import Hummingbird
import Ingest
import Ledger
import Profiles
import ReviewWeb
import Synchronization

/// The profiles and models of a site, as the page names them.
final class SiteCatalogue: ReviewCatalogue {
    private let catalogue: ProfileCatalogue
    /// Whether there is an atlas of that name.
    private let isInstalled: @Sendable (String) -> Bool
    private let modelStore: ModelStore
    private let reader: any LedgerQueries
    private let store: RawPath
    /// The model that a profile's choice stands for now.
    private let current: @Sendable (ProfileModel) throws -> ModelPackage
    private let names = Mutex<[ContentDigest: String]>([:])

    init(
        profiles: ProfileCatalogue,
        isInstalled: @escaping @Sendable (String) -> Bool,
        models: ModelStore,
        reader: any LedgerQueries,
        store: RawPath,
        current: @escaping @Sendable (ProfileModel) throws -> ModelPackage
    ) {
        catalogue = profiles
        self.isInstalled = isInstalled
        modelStore = models
        self.reader = reader
        self.store = store
        self.current = current
    }

    func profiles() -> [ProfileSummary] {
        catalogue.current.profiles.map { profile in
            ProfileSummary(
                id: profile.id,
                title: profile.title,
                version: profile.version,
                model: (try? current(profile.model).manifest.name) ?? "",
                segments: profile.segments.count,
                rank: .init(priority: profile.priority, isFallback: profile.isFallback, parent: profile.parentID),
                atlases: profile.atlases.map { .init(name: $0, installed: isInstalled($0)) }
            )
        }
    }

    func profileProblems() -> [ProfileProblem] {
        catalogue.state.problems.map { problem in
            ProfileProblem(
                file: problem.file,
                line: problem.line,
                message: problem.message,
                remedy: problem.remedy
            )
        }
    }

    func profileTitle(_ id: String) -> String? { catalogue.current.profile(id: id)?.title }

    func models() -> [ModelSummary] {
        guard let packages = try? modelStore.list().packages else { return [] }
        let channels = try? modelStore.channels()
        return packages.map(\.manifest).map { manifest in
            ModelSummary(
                name: manifest.name,
                architecture: manifest.architecture.rawValue,
                sha256: manifest.weights.sha256.hex,
                channels: (channels?.stacks.keys.sorted() ?? []).filter {
                    channels?.current($0)?.model == manifest.name
                }
            )
        }
    }

    /// Packages are never changed once they have their name, so a name that was found stays right.
    func modelName(_ weights: ContentDigest) -> String? {
        if let known = names.withLock({ $0[weights] }) { return known }
        guard let digest = SHA256Digest(hex: weights.hex),
            let name = try? modelStore.package(withDigest: digest)?.manifest.name
        else { return nil }
        names.withLock { $0[weights] = name }
        return name
    }

    func explain(_ job: Job) async throws -> [ExplainedRule] {
        let instances = try await reader.instances(of: job.series)
        let (store, profiles) = (store, catalogue.current)
        return try await OffloadedWork.run {
            guard let headers = try? instances.map({ try StoredHeader.decode($0, store: store) }) else {
                throw ReviewError(.conflict, "HEADERS", "the series was taken in by another version of the program")
            }
            let series = ImageSeries(headers: headers)
            guard let volume = series.volume else {
                throw ReviewError(.unprocessableContent, "NO_VOLUME", "the series has no volume")
            }
            let explanations = profiles.match(SeriesFacts(of: volume, in: series)).explanations
            return explanations.flatMap { explanation in
                explanation.results.map { ExplainedRule($0, of: explanation) }
                    + explanation.requirements.map { ExplainedRule($0, of: explanation) }
            }
        }
    }
}

extension ExplainedRule {
    fileprivate init(_ result: RuleResult, of explanation: ProfileExplanation) {
        self.init(
            profile: (explanation.profileID, explanation.version, explanation.matches),
            rule: (result.rule, result.depth, result.holds),
            counts: (result.heldCount, result.instanceCount),
            seen: result.seen
        )
    }

    fileprivate init(_ result: RequirementResult, of explanation: ProfileExplanation) {
        let instances = explanation.results.first?.instanceCount ?? 0
        self.init(
            profile: (explanation.profileID, explanation.version, explanation.matches),
            rule: ("requires \(result.requirement)", 0, result.holds),
            counts: (result.holds ? instances : 0, instances),
            seen: result.seen,
            reason: result.holds ? nil : result.reason
        )
    }
}
