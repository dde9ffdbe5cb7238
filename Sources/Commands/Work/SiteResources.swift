import Checkpoints
import DurableFiles
import Ingest
import Ledger
import Pipeline
import Profiles
import Synchronization

/// The profiles, atlases and models of a site; what was loaded once stays.
final class SiteResources: JobResources {
    /// The profiles in use, and those that jobs were planned with.
    let catalogue: ProfileCatalogue
    private let models: ModelStore
    private let atlases: AtlasStore
    private let defaultModel: String?
    private let defaultPrecision: ProfileModel.Precision
    private let loaded = Mutex(Loaded())

    private struct Loaded {
        var models: [LoadedNetwork: LoadedModel] = [:]
        var atlases: [String: LoadedAtlas] = [:]
    }

    /// The profiles in use.
    var profiles: ProfileSet { catalogue.current }

    /// Loads the profiles, and checks that each has its model and fits its atlas, so that a site that cannot work does not
    /// start. An atlas that is not installed yet is no reason: its series wait for a person.
    init(
        profiles folder: RawPath,
        models: ModelStore,
        defaultModel: String?,
        precision: ProfileModel.Precision = .fp32
    ) throws {
        self.models = models
        self.defaultModel = defaultModel
        defaultPrecision = precision
        atlases = AtlasStore(profiles: folder)
        do {
            catalogue = try ProfileCatalogue(folder) { set in
                set.atlasProblems(in: folder.appending(ProfileSet.atlasFolderName))
                    + SiteResources.modelProblems(of: set, default: defaultModel, in: models)
            }
        } catch {
            throw CommandFailure(describing: error)
        }
        for profile in profiles.profiles { _ = try atlases(for: profile) }
    }

    private static func modelProblems(
        of set: ProfileSet,
        default defaultModel: String?,
        in models: ModelStore
    ) -> [ProfileError.Problem] {
        set.profiles.compactMap { profile in
            do {
                _ = try package(for: profile.model, default: defaultModel, in: models)
                return nil
            } catch {
                return ProfileError.Problem(
                    file: profile.file,
                    line: nil,
                    message: CommandFailure(describing: error).message,
                    remedy: "Import or promote the model, or correct <model>"
                )
            }
        }
    }

    /// Whether there is an atlas of that name.
    func isInstalled(_ atlas: String) -> Bool { atlases.isInstalled(atlas) }

    /// The model package that a profile's choice stands for at this site.
    func package(for model: ProfileModel) throws -> ModelPackage {
        try Self.package(for: model, default: defaultModel, in: models)
    }

    private static func package(
        for model: ProfileModel,
        default defaultModel: String?,
        in models: ModelStore
    ) throws -> ModelPackage {
        // A pin names the weights: a promotion does not move it.
        let pinnedPackage = try model.sha256.flatMap { try models.package(withDigest: $0) }
        let package =
            try pinnedPackage ?? ModelLoader.package(for: model.choice, default: defaultModel, in: models)
        if let pinned = model.sha256, pinned != package.manifest.weights.sha256 {
            throw CommandFailure(
                .environment,
                "a profile is pinned to weights \(pinned); \(package.manifest.name) has others"
            )
        }
        return package
    }

    func resources(for job: Job) throws -> (source: AnnotationRequest.Source, model: LoadedModel) {
        guard let profile = catalogue.profile(of: job) else {
            throw AnnotationError.profile(
                "profile \(job.profile.id) \(job.profile.version) is not there any more; the series is planned again when "
                    + "it is reopened"
            )
        }
        do {
            // The model that the job was planned with: another may have been promoted since.
            guard let digest = SHA256Digest(hex: job.modelDigest.hex),
                let package = try models.package(withDigest: digest)
            else {
                throw AnnotationError.model("the model with weights \(job.modelDigest) is not in the store any more")
            }
            return (.profile(profile, atlases: try atlases(for: profile)), try model(package, for: profile))
        } catch let error as AnnotationError {
            throw error
        } catch {
            // Trying again does not mend a set-up: the job ends with a code of its own, and a person retries it.
            throw AnnotationError.model(CommandFailure(describing: error).message)
        }
    }

    /// The model that a job was planned with, for prompts that people give.
    func promptable(_ job: Job) throws -> PromptableJob {
        guard let profile = catalogue.profile(of: job) ?? profiles.profile(id: job.profile.id) else {
            throw AnnotationError.profile("profile \(job.profile.id) is not there any more")
        }
        guard let digest = SHA256Digest(hex: job.modelDigest.hex), let package = try models.package(withDigest: digest)
        else { throw AnnotationError.model("the model with weights \(job.modelDigest) is not in the store any more") }
        let takes = package.manifest.architecture == .liteMedSAM ? ["box"] : ["box", "points", "mask"]
        return PromptableJob(
            name: package.manifest.name,
            takes: takes,
            intensity: IntensityStatistics.Rule(profile.intensity)
        ) { [self] in try model(package, for: profile) }
    }

    private func atlases(for profile: Profile) throws -> [LoadedAtlas] {
        try atlases.names(for: profile).map { name in
            try loaded.withLock { loaded in
                if let atlas = loaded.atlases[name] { return atlas }
                let atlas = try atlases.atlas(named: name, for: profile)
                loaded.atlases[name] = atlas
                return atlas
            }
        }
    }

    /// The arithmetic that a profile's choice stands for at this site.
    func precision(for model: ProfileModel) -> ProfileModel.Precision { model.precision ?? defaultPrecision }

    private func model(_ package: ModelPackage, for profile: Profile) throws -> LoadedModel {
        let precision = precision(for: profile.model)
        return try loaded.withLock { loaded in
            let key = LoadedNetwork(digest: package.manifest.weights.sha256, precision: precision)
            if let model = loaded.models[key] { return model }
            let model = try ModelLoader.load(package, precision: precision)
            loaded.models[key] = model
            return model
        }
    }
}

extension ProfileCatalogue {
    /// The version of a profile that a job was planned with; `nil` where it was not in use since the start.
    func profile(of job: Job) -> Profile? {
        versions(of: job.profile.id).first { ProfileReference($0) == job.profile }
    }
}
