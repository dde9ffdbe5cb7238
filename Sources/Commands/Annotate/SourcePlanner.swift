import Checkpoints
import DICOMFiles
import DurableFiles
import Ingest
import Pipeline
import Profiles

/// Decides where the prompts of a series come from: a prompt file, a named profile, or the profile that matches.
struct SourcePlanner {
    /// What was decided for a series.
    enum Choice {
        case chosen(AnnotationRequest.Source)
        /// No profile matches; which rules failed.
        case noMatch(String)
    }

    private enum Rule {
        case prompts(PromptFile, SHA256Digest)
        case profile(Profile)
        case match(ProfileSet)
    }

    private let rule: Rule
    private let folder: RawPath
    /// For series in whose place another one of their study is taken, why.
    private var notChosen: [String: String] = [:]

    /// Reads the prompt file or the profiles.
    init(prompts: String?, profile: String?, folder: ProfileFolderOptions) throws {
        self.folder = folder.path
        if let prompts {
            do {
                let path = RawPath(prompts)
                rule = .prompts(try PromptFile.load(path), try SHA256Digest(ofFile: path))
            } catch {
                throw CommandFailure(.wrongUse, "\(prompts): \(error)")
            }
            return
        }
        let set = try folder.load()
        guard let profile else {
            rule = .match(set)
            return
        }
        guard let named = set.profile(id: profile) else {
            let ids = set.profiles.map(\.id).joined(separator: ", ")
            throw CommandFailure(.wrongUse, "there is no profile \(profile); there are: \(ids)")
        }
        rule = .profile(named)
    }

    /// The same planner, which chooses among these series where a profile asks for it.
    func choosing(among series: [ImageSeries]) -> SourcePlanner {
        guard case .match(let set) = rule else { return self }
        var planner = self
        for assignment in StudyAssignments(series, set).all {
            planner.notChosen[assignment.id] = assignment.notChosen.map { reason in
                "profile \(assignment.outcome.profile?.id ?? ""): \(reason)"
            }
        }
        return planner
    }

    /// The source for a series.
    func source(for series: ImageSeries) throws -> Choice {
        switch rule {
        case .prompts(let file, let digest):
            let named = file.segments.flatMap { $0.prompts.map(\.sopInstanceUID) }
            guard !series.images.isDisjoint(with: named) else {
                return .noMatch("none of the prompts names an image of this series")
            }
            return .chosen(.prompts(file, digest: digest))
        case .profile(let profile):
            guard series.volume != nil else { return .noMatch(series.noVolume) }
            return .chosen(try source(profile))
        case .match(let set):
            guard let volume = series.volume else { return .noMatch(series.noVolume) }
            if let reason = notChosen[series.seriesInstanceUID] { return .noMatch(reason) }
            let outcome = set.match(SeriesFacts(of: volume, in: series))
            guard let profile = outcome.profile else { return .noMatch(outcome.reason) }
            return .chosen(try source(profile))
        }
    }

    /// The model that a source asks for: a profile's choice, else what is promoted in `production`.
    func modelChoice(for source: AnnotationRequest.Source) -> ProfileModel.Choice {
        guard case .profile(let profile, _) = source else { return .siteDefault }
        return profile.model.choice
    }

    /// The arithmetic that a source asks for; `nil` where it does not.
    func precision(for source: AnnotationRequest.Source) -> ProfileModel.Precision? {
        guard case .profile(let profile, _) = source else { return nil }
        return profile.model.precision
    }

    /// Refuses a model that the profile does not allow.
    func check(_ package: ModelPackage, for source: AnnotationRequest.Source) throws {
        guard case .profile(let profile, _) = source else { return }
        if let pinned = profile.model.sha256, pinned != package.manifest.weights.sha256 {
            throw CommandFailure(
                .environment,
                "profile \(profile.id) is pinned to weights \(pinned); \(package.manifest.name) has others"
            )
        }
    }

    private func source(_ profile: Profile) throws -> AnnotationRequest.Source {
        // Without an atlas a profile still says what is wanted: a person has to prompt.
        .profile(profile, atlases: try AtlasStore(profiles: folder).atlases(for: profile))
    }
}

extension ImageSeries {
    /// The SOP Instance UIDs of all images.
    fileprivate var images: Set<String> { Set(headers.map(\.sopInstanceUID)) }
}

extension ImageSeries {
    /// Why there is nothing to annotate, in words.
    var noVolume: String {
        let problem = problem ?? .badGeometry
        return "the series has no volume: \(problem.rawValue). \(problem.remedy)"
    }
}
