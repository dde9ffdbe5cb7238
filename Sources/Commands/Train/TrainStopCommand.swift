import ArgumentParser
import DurableFiles
import Profiles

/// Asks the running training to end.
struct TrainStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Ask the running training to save its state and end; 'preread train' goes on with it."
    )

    @OptionGroup var site: SiteOptions

    func run() async throws {
        let folder = TrainingFolder(path: try site.load().training.folder)
        guard let (run, _) = try folder.unfinished() else { return print("no training is under way") }
        try AtomicFile.write([], to: run.stopRequest, subject: "stop request")
        print("\(run.id) ends after its present step")
    }
}
