import ArgumentParser
import Corrections

/// The child process in which corrections are read under limits; started by `serve` and `review`, not by people.
struct InspectCorrectionsCommand: ParsableCommand {
    static let name = "inspect-corrections"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Read and compare segmentations named on standard input, under limits.",
        shouldDisplay: false
    )

    func run() throws {
        CorrectionServer.run()
    }
}
