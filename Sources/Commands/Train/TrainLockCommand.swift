import ArgumentParser
import Corrections
import DurableFiles
import Foundation
import Ledger
import Profiles

/// Makes patients judges for ever.
struct TrainLockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Put the patients of these series into the locked test set, for ever.",
        discussion: """
            Without it each run draws the share of new patients that judge. A patient from whom a model has learnt can judge
            no more, and is refused.
            """
    )

    @Argument(help: "Series Instance UIDs of reviewed series.")
    var series: [String]

    @OptionGroup var site: SiteOptions

    func run() async throws {
        let site = try site.load()
        let ledger = try LedgerReports.open(site)
        let reviewed = try await ReviewedCases(of: site, in: ledger)
        let wanted = Set(series)
        let found = reviewed.eligible.filter { wanted.contains($0.series.rawValue) }
        guard Set(found.map(\.series.rawValue)) == wanted else {
            throw CommandFailure(.wrongUse, "not all of these series are reviewed and without a conflict")
        }
        let patients = Set(found.map(\.patientKey.hex))
        let folder = TrainingFolder(path: site.training.folder)
        try AtomicFile.createFolder(folder.path)
        guard let lock = try HeldLock(folder.lock) else {
            throw CommandFailure(.environment, "a training is running: lock patients when it has ended")
        }
        defer { lock.release() }
        try TrainingHistory(folder: folder).lock(patients)
        print("\(patients.count) patients judge from now on")
    }
}
