import DICOMFiles
import DurableFiles
import Ingest
import Ledger
import Profiles

/// Plans one job for a settled series: the profile that matches, on the series' volume, with the profile's model.
struct ProfileSeriesPlanner: SeriesPlanner {
    let resources: SiteResources
    let store: RawPath

    func decision(for instances: [Instance]) async throws -> SeriesPlan.Decision {
        let headers = try instances.map { try StoredHeader.decode($0, store: store) }
        let series = ImageSeries(headers: headers)
        guard let volume = series.volume else {
            let reason = series.problem ?? .badGeometry
            return .unmatched(reason: reason.rawValue, message: reason.remedy)
        }
        let outcome = resources.profiles.match(SeriesFacts(series))
        guard let profile = outcome.profile else {
            return .unmatched(reason: "NO_PROFILE", message: outcome.reason)
        }
        let package = try resources.package(for: profile)
        guard let digest = ContentDigest(hex: package.manifest.weights.sha256.hex) else {
            preconditionFailure("a digest has 64 digits")
        }
        let used = Set(volume.frames.map(\.sopInstanceUID))
        let members = instances.filter { used.contains($0.identity.sopInstanceUID.rawValue) }
        return .jobs([JobPlan(instances: members, profile: .init(profile), modelDigest: digest)])
    }
}

extension ProfileReference {
    /// The profile's version with the beginning of its file's digest: a file that was edited without a new version is
    /// still another profile.
    init(_ profile: Profile) {
        self.init(id: profile.id, version: "\(profile.version)+\(profile.digest.hex.prefix(8))")
    }
}
