import ArgumentParser
import DurableFiles
import Evaluation
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
        let folder = TrainingFolder(path: try site.load().training.folder)
        guard let (run, _) = try folder.unfinished() else { return try stopShadowing(folder) }
        try AtomicFile.write([], to: run.stopRequest, subject: "stop request")
        print("\(run.id) ends after its present step")
    }

    /// Ends a shadow at once: its candidate has passed the gate, and a person says what becomes of it.
    private func stopShadowing(_ folder: TrainingFolder) throws {
        guard try folder.shadowing() != nil else { return print("no training is under way") }
        guard let lock = try HeldLock(folder.lock) else {
            throw CommandFailure(.environment, "the run is coming to its end just now: see 'preread train show'")
        }
        defer { lock.release() }
        guard let (run, found) = try folder.shadowing() else { return print("no training is under way") }
        var record = found
        let done = ShadowedSeries.count(try folder.shadowLines(of: run))
        let reason = "stopped by a person after \(done) of \(record.shadow?.series ?? 0) series in the shadow"
        try folder.end(&record, of: run, as: .waits, because: record.reasons + [reason])
        print("\(run.id) \(reason); 'preread models promote \(record.candidate?.name ?? "")' uses its model")
    }
}
