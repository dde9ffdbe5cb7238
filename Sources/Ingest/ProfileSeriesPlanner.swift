import DICOMFiles
import DurableFiles
import Ledger
import Profiles

/// Plans series by the profiles of a site: one job for the largest volume, if a profile fits all of it.
package struct ProfileSeriesPlanner: SeriesPlanner {
    /// The profiles as they are now: they may be changed while the service runs.
    package typealias Profiles = @Sendable () -> ProfileSet
    /// Finds the weights that a profile's choice of a model stands for now; `nil` where there is no such model.
    package typealias ModelLookup = @Sendable (ProfileModel) async throws -> ContentDigest?
    /// The instances of every series of a study, for profiles that choose among several.
    package typealias StudyLookup = @Sendable (StudyUID) async throws -> [SeriesUID: [Instance]]

    private let profiles: Profiles
    private let store: RawPath
    private let study: StudyLookup
    private let model: ModelLookup
    private let facts: StudyFacts

    package init(
        profiles: @escaping Profiles,
        store: RawPath,
        study: @escaping StudyLookup,
        model: @escaping ModelLookup
    ) {
        self.profiles = profiles
        self.store = store
        self.study = study
        self.model = model
        facts = StudyFacts(store: store)
    }

    package func decision(for instances: [Instance]) async throws -> SeriesPlan.Decision {
        let series = ImageSeries(headers: try instances.map { try StoredHeader.decode($0, store: store) })
        guard let volume = series.volume else {
            let problem = series.problem ?? .badGeometry
            return .unmatched(reason: problem.rawValue, message: problem.remedy)
        }
        let profiles = profiles()
        let outcome = profiles.match(SeriesFacts(of: volume, in: series))
        guard let profile = outcome.profile else {
            return .unmatched(reason: "NO_PROFILE", message: outcome.reason)
        }
        if profile.choice != nil, let reason = try await reasonAgainst(instances, profiles) {
            return .unmatched(reason: "NOT_CHOSEN", message: "profile \(profile.id): \(reason)")
        }
        guard let digest = try await model(profile.model) else {
            let message = "the model that profile \(profile.id) asks for is not installed"
            return .unmatched(reason: "NO_MODEL", message: message)
        }
        let plan = JobPlan(
            instances: members(of: volume, among: instances),
            profile: ProfileReference(profile),
            modelDigest: digest,
            flags: volume.gapCount > 0 ? ["GAPS \(volume.gapCount)"] : []
        )
        return .jobs([plan])
    }

    /// Why another series of the study is taken; `nil` where this one is.
    private func reasonAgainst(_ instances: [Instance], _ profiles: ProfileSet) async throws -> String? {
        guard let identity = instances.first?.identity else { return nil }
        var members = try await study(identity.studyUID)
        members[identity.seriesUID] = instances
        let candidates = try members.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { uid, instances in
            try facts.facts(of: uid, in: identity.studyUID, instances).map {
                SeriesChoice.Candidate(id: uid.rawValue, facts: $0)
            }
        }
        return profiles.assign(candidates).first { $0.id == identity.seriesUID.rawValue }?.notChosen
    }

    /// The instances of a volume in the order of its slices, a multi-frame one once.
    private func members(of volume: ImageVolume, among instances: [Instance]) -> [Instance] {
        let byUID = Dictionary(uniqueKeysWithValues: instances.map { ($0.identity.sopInstanceUID.rawValue, $0) })
        var seen: Set<String> = []
        return volume.frames.compactMap { frame in
            seen.insert(frame.sopInstanceUID).inserted ? byUID[frame.sopInstanceUID] : nil
        }
    }
}

extension ProfileReference {
    /// The profile's version with the beginning of its file's digest: a file that was edited without a new version is
    /// another profile all the same.
    package init(_ profile: Profile) {
        self.init(id: profile.id, version: "\(profile.version)+\(profile.digest.hex.prefix(8))")
    }
}

extension SeriesFacts {
    /// What the frames of a volume say of themselves; localizers and other volumes of the series have no say.
    package init(of volume: ImageVolume, in series: ImageSeries) {
        self.init(instances: series.attributes(of: volume))
    }
}
