import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import Profiles

/// Ends a shadow: reports how the models differ, and promotes what the run may promote.
///
/// Killed in between, it is done again and leaves the same.
struct ShadowConclusion {
    let site: SiteConfiguration
    let models: ModelStore

    private var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }
    private var promotion: TrainingPromotion { TrainingPromotion(site: site, models: models) }

    /// Whether the shadow is to end now: enough series are done, or the channel stands for another model.
    func isDue(_ record: TrainingRunRecord, _ lines: [ShadowedSeries]) throws -> Bool {
        guard let shadow = record.shadow else { return true }
        return try ShadowedSeries.count(lines) >= shadow.series || promotion.standing(record) != .incumbent
    }

    /// The record at its end; nil where another process is at the run or has ended it.
    func conclude(_ run: TrainingFolder.Run) throws -> TrainingRunRecord? {
        guard let lock = try HeldLock(folder.lock) else { return nil }
        defer { lock.release() }
        var record = try folder.record(of: run)
        guard record.phase == .shadowing else { return nil }
        let lines = try folder.shadowLines(of: run)
        if !lines.isEmpty { try report(record, run, lines) }
        let (outcome, reason) = try decide(record, lines)
        if outcome == .promoted { try promotion.promote(record, reason: "gate and shadow") }
        try folder.end(&record, of: run, as: outcome, because: record.reasons + [reason])
        return record
    }

    /// What becomes of the candidate, and why. Nothing is promoted here.
    func decide(
        _ record: TrainingRunRecord,
        _ lines: [ShadowedSeries]
    ) throws -> (outcome: TrainingRunRecord.Outcome, reason: String) {
        switch try promotion.standing(record) {
        case .candidate: return (.promoted, "it was promoted while it annotated in the shadow")
        case .other(let name): return (.kept, TrainingPromotion.text(record, name))
        case .incumbent: break
        }
        let done = "annotated \(ShadowedSeries.count(lines)) series in the shadow"
        let refused = lines.count { $0.status == .refused }
        guard refused == 0 else {
            return (.waits, "\(done), and failed for \(refused) of the jobs: a person decides")
        }
        return (record.promotes ? .promoted : .waits, done)
    }

    private func report(_ record: TrainingRunRecord, _ run: TrainingFolder.Run, _ lines: [ShadowedSeries]) throws {
        guard let candidate = record.candidate else { return }
        let report = ShadowReport(
            run: run.id,
            incumbent: .init(name: record.incumbent.name, sha256: record.incumbent.sha256),
            candidate: .init(name: candidate.name, sha256: candidate.sha256),
            lines: lines,
            created: Date()
        )
        try AtomicFile.write(try report.jsonBytes(), to: run.shadowReportData, subject: "shadow.json")
        try AtomicFile.write(Array(report.html.utf8), to: run.shadowReport, subject: "shadow.html")
    }
}
