import ArgumentParser
import DurableFiles
import Foundation
import Profiles

/// Which site a command is about.
struct SiteOptions: ParsableArguments {
    @Option(name: .customLong("site"), help: "The site file. Default: PREREAD_SITE, or watch/site.xml.")
    var file: String?

    /// The site file.
    var path: RawPath { RawPath(file ?? ProcessInfo.processInfo.environment["PREREAD_SITE"] ?? "watch/site.xml") }

    /// The validated site.
    func load() throws -> SiteConfiguration {
        do {
            return try SiteConfiguration.load(path)
        } catch {
            throw CommandFailure(.environment, error.description)
        }
    }
}
