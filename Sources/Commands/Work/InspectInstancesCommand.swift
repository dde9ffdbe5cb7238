import ArgumentParser
import Ingest

/// The child process in which files are parsed under limits; started by `serve`, not by people.
struct InspectInstancesCommand: ParsableCommand {
    static let name = "inspect-instances"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Judge files named on standard input, under limits.",
        shouldDisplay: false
    )

    func run() throws {
        InspectionServer.run()
    }
}
