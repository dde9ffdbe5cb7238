import DurableFiles
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
        /// What the gate measured, a file for each case and model.
        var evaluation: RawPath { path.appending("evaluation") }
        var report: RawPath { path.appending("report.html") }
        var reportData: RawPath { path.appending("report.json") }
        var modelCard: RawPath { path.appending("model-card.md") }
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

    /// The latest run that is not at its end, with its record; runs whose preparation never ended do not count.
    func unfinished() throws -> (run: Run, record: TrainingRunRecord)? {
        for run in try runs().reversed() where try exists(run.record) {
            let record = try record(of: run)
            if record.phase != .decided { return (run, record) }
        }
        return nil
    }

    /// The record of the latest run.
    func latest() throws -> TrainingRunRecord? {
        for run in try runs().reversed() where try exists(run.record) { return try record(of: run) }
        return nil
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
