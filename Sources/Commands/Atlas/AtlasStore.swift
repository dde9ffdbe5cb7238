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

    /// Where a package that was named on the command line is; a name that leaves the folder of atlases is wrong use.
    func folder(naming name: String) throws -> RawPath {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
            throw CommandFailure(.wrongUse, "'\(name)' cannot name an atlas: give the bare name of its folder")
        }
        return folder(named: name)
    }

    /// The atlas that a profile uses: the first of those that it names which is installed; `nil` where none is.
    func name(for profile: Profile) -> String? { profile.atlases.first { isInstalled($0) } }

    /// Whether there is a package of that name, good or bad.
    func isInstalled(_ name: String) -> Bool {
        ProfileSet.isInstalled(name, in: profiles.appending(ProfileSet.atlasFolderName))
    }

    /// The atlas of a profile, `nil` for profiles without one.
    ///
    /// - Throws: ``CommandFailure`` that says how to build it when it is not there or damaged.
    func atlas(for profile: Profile) throws -> LoadedAtlas? {
        // The first stands in the message where none is installed.
        guard let name = name(for: profile) ?? profile.atlas else { return nil }
        do {
            return try LoadedAtlas(folder: folder(named: name))
        } catch {
            let words = CommandFailure(describing: error).message
            throw CommandFailure(
                .environment,
                "the atlas \(name) of profile \(profile.id) cannot be used: \(words). Build it with 'preread atlas build'"
            )
        }
    }
}
