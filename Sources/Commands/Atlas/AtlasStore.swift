import Atlas
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

    /// What was promoted for profiles.
    var promotions: AtlasPromotionFile {
        AtlasPromotionFile(folder: profiles.appending(ProfileSet.atlasFolderName))
    }

    /// The atlases that vote for a profile: those that were promoted for it, else those that it names and that are
    /// installed; empty where none is.
    func names(for profile: Profile) throws -> [String] {
        do {
            return try promotions.read().current(profile.id)?.atlases.map(\.name)
                ?? profile.votingAtlases(installed: isInstalled)
        } catch {
            throw CommandFailure(.environment, error.description)
        }
    }

    /// Whether there is a package of that name, good or bad.
    func isInstalled(_ name: String) -> Bool {
        ProfileSet.isInstalled(name, in: profiles.appending(ProfileSet.atlasFolderName))
    }

    /// The atlases that vote for a profile; empty where none is installed.
    ///
    /// - Throws: ``CommandFailure`` that says what to do where one of them is damaged.
    func atlases(for profile: Profile) throws -> [LoadedAtlas] {
        try names(for: profile).map { try atlas(named: $0, for: profile) }
    }

    /// One atlas of a profile.
    ///
    /// - Throws: ``CommandFailure`` that says how to build it when it is not there or damaged.
    func atlas(named name: String, for profile: Profile) throws -> LoadedAtlas {
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
