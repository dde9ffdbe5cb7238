import ArgumentParser
import Checkpoints
import DurableFiles
import Foundation
import Profiles

/// The daemon.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Watch the site's incoming folder and annotate what arrives.",
        discussion: """
            Ends on SIGTERM or SIGINT after giving its work back. May be killed at any moment; started again it goes on \
            where it stood.
            """
    )

    @OptionGroup var site: SiteOptions
    @OptionGroup var models: ModelFolderOptions

    @Flag(help: "End when everything that lies in the folder is judged and every job has ended.")
    var drain = false

    func run() async throws {
        let file = site.path
        let site = try site.load()
        let service = try await SiteService(site, file: file, models: models.store(default: site.models))
        if drain {
            try await service.drain()
        } else {
            try await service.run()
        }
    }
}
