import Evaluation
import Profiles
import Synchronization

/// The profiles of a folder with their atlases, each loaded once, however many models are scored with them.
final class CasePriors: Sendable {
    /// All profiles of the folder.
    let set: ProfileSet

    private let atlases: AtlasStore
    private let known = Mutex<[String: CaseEvaluator.Prior]>([:])

    /// Loads the profiles; atlases are loaded when they are asked for.
    init(_ options: ProfileFolderOptions) throws {
        set = try options.load()
        atlases = AtlasStore(profiles: options.path)
    }

    /// The profile of a case.
    func profile(of reviewed: ReviewedCase) throws -> Profile {
        guard let profile = set.profile(id: reviewed.profile.id) else {
            throw CommandFailure(.environment, "case \(reviewed.id): there is no profile \(reviewed.profile.id)")
        }
        return profile
    }

    /// The profile of a case and its atlases, as production uses them.
    func prior(of reviewed: ReviewedCase) throws -> CaseEvaluator.Prior {
        let profile = try profile(of: reviewed)
        return try known.withLock { known in
            if let prior = known[profile.id] { return prior }
            let prior = CaseEvaluator.Prior(profile: profile, atlases: try atlases.atlases(for: profile))
            known[profile.id] = prior
            return prior
        }
    }
}
