import ArgumentParser
import DurableFiles
import Foundation
import Glibc
import Profiles

/// Where profiles and their atlases are.
struct ProfileFolderOptions: ParsableArguments {
    @Option(
        name: .customLong("profiles"),
        help: "The folder of profiles. Default: PREREAD_PROFILES, ./profiles, or those installed with the program."
    )
    var folder: String?

    /// The first folder of that list that is there; the one that was named explicitly wins even when it is not.
    var path: RawPath {
        if let named = folder ?? ProcessInfo.processInfo.environment["PREREAD_PROFILES"] { return RawPath(named) }
        let local = RawPath("profiles")
        let installed = Self.installed
        return local.withCString { access($0, R_OK) } == 0 ? local : installed
    }

    /// `../share/preread/profiles` of the program's own folder.
    private static var installed: RawPath {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let prefix = program.deletingLastPathComponent().deletingLastPathComponent()
        return RawPath(prefix.appending(path: "share/preread/profiles").path)
    }

    /// All profiles of the folder.
    func load() throws -> ProfileSet {
        do {
            return try ProfileSet.load(path)
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}
