import DurableFiles
import Evaluation
import Foundation
import Glibc

/// The folder of a site's training runs, one folder for each run.
struct TrainingFolder: Sendable {
    let path: RawPath

    /// A run's folder; the run's files have fixed names in it.
    struct Run: Sendable {
        let path: RawPath

        var id: String { path.lastComponent.displayName }
        var record: RawPath { path.appending("run.json") }
        var cases: RawPath { path.appending("cases.json") }
        /// What came of the training.
        var summary: RawPath { path.appending("summary.json") }
        /// What the training itself keeps: its state, its cache and its progress.
        var state: RawPath { path.appending("state") }
        /// The events of the training once it has ended, a line of JSON for each.
        var progress: RawPath { path.appending(Self.progressName) }
        /// The name of the events' file, also while the training writes it among its state.
        static let progressName = "progress.jsonl"
        /// What the gate measured, a file for each case and model.
        var evaluation: RawPath { path.appending("evaluation") }
        var report: RawPath { path.appending("report.html") }
        var reportData: RawPath { path.appending("report.json") }
        var modelCard: RawPath { path.appending("model-card.md") }
        /// How the candidate's annotations differ from those of the model in use, a line for each series.
        var shadowLines: RawPath { path.appending("shadow.jsonl") }
        var shadowReport: RawPath { path.appending("shadow.html") }
        var shadowReportData: RawPath { path.appending("shadow.json") }
        /// What the candidate annotates in the shadow; nobody looks at it, and it is removed again.
        var shadowWork: RawPath { path.appending("shadow") }
        /// While this file is there, a person does not want the run to go on by itself.
        var stopRequest: RawPath { path.appending("stop") }
    }

    /// One training at a time: see ``FileLock``.
    var lock: RawPath { path.appending(".lock") }
    /// When a run was last begun by itself, whatever became of it.
    var lastAttempt: RawPath { path.appending("last-attempt.json") }

    /// The runs, the oldest first; ids begin with the time.
    func runs() throws(FileError) -> [Run] {
        let entries: [FolderScan.Entry]
        do {
            entries = try FolderScan.entries(of: path)
        } catch {
            guard error.errno == ENOENT else { throw error }
            return []
        }
        let folders = entries.filter { $0.kind == .folder && !$0.name.displayName.hasPrefix(".") }
        return folders.map { Run(path: path.appending($0.name)) }.sorted { $0.id < $1.id }
    }

    /// What is known of a run.
    ///
    /// - Throws: ``CommandFailure`` where the record cannot be read: the run was made by another version, or is not one.
    func record(of run: Run) throws -> TrainingRunRecord {
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let bytes = try ReadOnlyFile(run.record, subject: "run.json").readAll(limit: 1 << 24)
            let record = try decoder.decode(TrainingRunRecord.self, from: Data(bytes))
            guard record.format == TrainingRunRecord.currentFormat, record.id == run.id else {
                throw CommandFailure(.findings, "training run \(run.id): run.json is of another version or another run")
            }
            return record
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.findings, "training run \(run.id): run.json cannot be read")
        }
    }

    /// Writes a run's record durably.
    func write(_ record: TrainingRunRecord, for run: Run) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(record)) + [UInt8(ascii: "\n")]
        try AtomicFile.write(bytes, to: run.record, subject: "run.json")
    }

    /// The latest run that a training process has to go on with, with its record; runs whose preparation never ended do
    /// not count.
    func unfinished() throws -> (run: Run, record: TrainingRunRecord)? {
        try latest { $0.phase != .decided && $0.phase != .shadowing }
    }

    /// The run whose candidate annotates in the shadow of the model in use: the service brings it to its end.
    func shadowing() throws -> (run: Run, record: TrainingRunRecord)? {
        try latest { $0.phase == .shadowing }
    }

    private func latest(where isWanted: (TrainingRunRecord) -> Bool) throws -> (run: Run, record: TrainingRunRecord)? {
        for run in try runs().reversed() where try exists(run.record) {
            let record = try record(of: run)
            if isWanted(record) { return (run, record) }
        }
        return nil
    }

    /// What became of the series that a run has shadowed so far.
    func shadowLines(of run: Run) throws -> [ShadowedSeries] {
        guard try exists(run.shadowLines) else { return [] }
        do {
            return try ShadowedSeries.lines(
                try ReadOnlyFile(run.shadowLines, subject: "shadow.jsonl").readAll(limit: 1 << 28)
            )
        } catch {
            throw CommandFailure(.findings, "training run \(run.id): shadow.jsonl cannot be read")
        }
    }

    /// Writes a run's end durably.
    func end(
        _ record: inout TrainingRunRecord,
        of run: Run,
        as outcome: TrainingRunRecord.Outcome,
        because reasons: [String]
    ) throws {
        record.phase = .decided
        record.outcome = outcome
        record.reasons = reasons
        record.ended = Date()
        try write(record, for: run)
        removeWork(of: run)
    }

    /// Whether a process trains now.
    func isBusy() throws -> Bool {
        guard try exists(path) else { return false }
        guard let lock = try HeldLock(lock) else { return true }
        lock.release()
        return false
    }

    /// Removes what is of use to nobody any more once a run has learnt, and larger than everything else. How it learnt is
    /// kept.
    func removeWork(of run: Run) {
        let events = run.state.appending(Run.progressName)
        // See: 'man 2 rename'. Where there are none, or they were kept before, nothing happens.
        _ = events.withCString { old in run.progress.withCString { rename(old, $0) } }
        try? FileManager.default.removeItem(atPath: run.state.displayName)
        try? FileManager.default.removeItem(atPath: run.shadowWork.displayName)
    }

    /// Whether there is a file of that name.
    ///
    /// - Throws: where the file system does not say: what cannot be seen is not taken for missing.
    func exists(_ file: RawPath) throws(FileError) -> Bool {
        guard file.withCString({ access($0, F_OK) }) != 0 else { return true }
        guard errno == ENOENT else { throw FileError(operation: "access", subject: "training run", errno: errno) }
        return false
    }
}
