import DurableFiles
import Evaluation

/// Ends what a training is doing: asks a run to save its state, or ends a shadow for good.
struct TrainingStop {
    let folder: TrainingFolder

    /// Ends the run that is under way, or the one of that id; the answer is for people.
    ///
    /// - Throws: ``CommandFailure`` where another run is under way than is named, or the run is coming to its end.
    func stop(_ id: String? = nil) throws -> String {
        if let (run, _) = try folder.unfinished() {
            try check(run, is: id)
            try AtomicFile.write([], to: run.stopRequest, subject: "stop request")
            return "\(run.id) ends after its present step"
        }
        guard let (run, _) = try folder.shadowing() else { return "no training is under way" }
        try check(run, is: id)
        return try stopShadowing()
    }

    private func check(_ run: TrainingFolder.Run, is id: String?) throws {
        guard id == nil || id == run.id else {
            throw CommandFailure(.findings, "\(id ?? "") has ended; \(run.id) is under way")
        }
    }

    /// Ends a shadow at once: its candidate has passed the gate, and a person says what becomes of it.
    private func stopShadowing() throws -> String {
        guard let lock = try HeldLock(folder.lock) else {
            throw CommandFailure(.environment, "the run is coming to its end just now: see 'preread train show'")
        }
        defer { lock.release() }
        guard let (run, found) = try folder.shadowing() else { return "no training is under way" }
        var record = found
        let done = ShadowedSeries.count(try folder.shadowLines(of: run))
        let reason = "stopped by a person after \(done) of \(record.shadow?.series ?? 0) series in the shadow"
        try folder.end(&record, of: run, as: .waits, because: record.reasons + [reason])
        return "\(run.id) \(reason); 'preread models promote \(record.candidate?.name ?? "")' uses its model"
    }
}
