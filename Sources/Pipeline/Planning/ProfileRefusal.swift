import DICOMFiles
import Profiles

/// Why a profile cannot be applied to a series without a person, found before anything is computed.
struct ProfileRefusal {
    let code: String
    let message: String

    /// `nil` where the profile can be applied; `hasAtlas` tells whether an atlas that it names is installed.
    init?(_ profile: Profile, hasAtlas: Bool, series: ImageSeries, volume: ImageVolume) {
        if !hasAtlas, !profile.atlases.isEmpty {
            let names = profile.atlases.joined(separator: ", ")
            code = "NO_ATLAS"
            message =
                "profile \(profile.id) takes its boxes from the atlas \(names), which is not installed: build it with "
                + "'preread atlas build', or prompt by hand"
        } else if let reason = profile.refusal(of: SeriesFacts(instances: series.attributes(of: volume))) {
            code = "PREFLIGHT"
            message = "profile \(profile.id): \(reason)"
        } else {
            return nil
        }
    }
}
