import ArgumentParser
import Profiles

/// Asks the running training to end.
struct TrainStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract:
            "Ask the running training to save its state and end; 'preread train' goes on with it. Ends a shadow for good."
    )

    @OptionGroup var site: SiteOptions

    func run() async throws {
        print(try TrainingStop(folder: TrainingFolder(path: try site.load().training.folder)).stop())
    }
}
