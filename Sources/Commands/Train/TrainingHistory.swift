import DurableFiles
import Evaluation
import Foundation
import Glibc
import Training

/// What is settled for all runs of a site: which patients judge, which were learnt from.
///
/// `history.json` in the folder of runs. Removing it would let a patient whom a model has learnt from judge it.
struct TrainingHistory {
    let folder: TrainingFolder

    private var path: RawPath { folder.path.appending("history.json") }

    /// The history; empty before the first run.
    func read() throws -> SplitHistory {
        do {
            return try JSONDecoder().decode(
                SplitHistory.self,
                from: Data(try ReadOnlyFile(path, subject: "history.json").readAll(limit: 1 << 28))
            )
        } catch let error as FileError where error.errno == ENOENT {
            return SplitHistory()
        } catch {
            throw CommandFailure(
                .environment,
                "\(path.displayName) cannot be read: without it nobody knows which patients may judge. Restore it"
            )
        }
    }

    /// Notes the sides of a run's patients, before anything is learnt.
    func lock(_ manifest: CaseManifest) throws {
        let before = try read()
        let learners = manifest.cases.filter { $0.role != .test }.map(\.patient)
        try write(
            SplitHistory(
                testPatients: before.testPatients.union(manifest.cases(of: .test).map(\.patient)),
                knownPatients: before.knownPatients.union(learners),
                trainedCases: before.trainedCases
            )
        )
    }

    /// Makes patients judges for ever, by a person's decision.
    ///
    /// - Throws: where one of them was learnt from already; then nothing changes.
    func lock(_ patients: Set<String>) throws {
        let before = try read()
        guard before.knownPatients.isDisjoint(with: patients) else {
            throw CommandFailure(.findings, "a model has learnt from one of these patients: they can judge no more")
        }
        try AtomicFile.createFolder(folder.path)
        try write(
            SplitHistory(
                testPatients: before.testPatients.union(patients),
                knownPatients: before.knownPatients,
                trainedCases: before.trainedCases
            )
        )
    }

    /// Notes what a model that is in use has learnt from: in later runs these cases are replayed.
    func learnt(_ manifest: CaseManifest) throws {
        let before = try read()
        try write(
            SplitHistory(
                testPatients: before.testPatients,
                knownPatients: before.knownPatients,
                trainedCases: before.trainedCases.union(
                    (manifest.cases(of: .train) + manifest.cases(of: .replay)).map(\.id)
                )
            )
        )
    }

    private func write(_ history: SplitHistory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(Array(try encoder.encode(history)), to: path, subject: "history.json")
    }
}
