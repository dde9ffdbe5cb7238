import Checkpoints
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
            guard try !folder.runs().contains(where: { try folder.exists($0.cases) }) else {
                throw CommandFailure(
                    .environment,
                    "\(path.displayName) is gone though there are runs: without it nobody knows which patients may judge. "
                        + "Restore it"
                )
            }
            return SplitHistory()
        } catch let failure as CommandFailure {
            throw failure
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

    /// The history as a run sees it that begins with this model: what the model and its parents have learnt from is
    /// replayed, whatever else was tried and refused, or promoted and taken back.
    func read(for incumbent: ModelPackage, in models: ModelStore) throws -> SplitHistory {
        let history = try read()
        var learnt: Set<String> = []
        var model: ModelManifest? = incumbent.manifest
        while let training = model?.training {
            let cases = folder.path.appending(training.run).appending("cases.json")
            if try folder.exists(cases) {
                let manifest = try CaseManifest.read(cases)
                learnt.formUnion((manifest.cases(of: .train) + manifest.cases(of: .replay)).map(\.id))
            }
            model = try? models.package(named: training.parent).manifest
        }
        return SplitHistory(
            testPatients: history.testPatients,
            knownPatients: history.knownPatients,
            trainedCases: learnt
        )
    }

    private func write(_ history: SplitHistory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(Array(try encoder.encode(history)), to: path, subject: "history.json")
    }
}
