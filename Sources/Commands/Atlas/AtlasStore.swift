import DurableFiles
import Pipeline
import Profiles

/// Finds the atlas packages that profiles name, below the folder of the profiles.
struct AtlasStore {
    let profiles: RawPath

    /// Where the package of that name is.
    func folder(named name: String) -> RawPath {
        profiles.appending(ProfileSet.atlasFolderName).appending(name)
    }

    /// The atlas of a profile, `nil` for profiles without one.
    ///
    /// - Throws: ``CommandFailure`` that says how to build it when it is not there or damaged.
    func atlas(for profile: Profile) throws -> LoadedAtlas? {
        guard let name = profile.atlas else { return nil }
        do {
            return try LoadedAtlas(folder: folder(named: name))
        } catch {
            throw CommandFailure(
                .environment,
                "the atlas \(name) of profile \(profile.id) cannot be used: \(error). Build it with 'preread atlas build'"
            )
        }
    }
}
