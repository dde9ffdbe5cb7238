import DurableFiles
import Evaluation
import Foundation
import Ledger

/// Which series a run's candidate annotates next in the shadow of the model in use.
///
/// A job counts that came after the shadowing began, was annotated with the run's incumbent, and whose series took no part
/// in the run. A series is shadowed once with each profile.
struct ShadowQueue {
    let record: TrainingRunRecord
    /// In the order of their numbers, in any state.
    let jobs: [Job]
    /// What was shadowed so far.
    let lines: [ShadowedSeries]
    /// Series that the run has learnt from or was judged by.
    let known: Set<String>

    /// States in which a result is published.
    static let published: Set<JobState> = [.annotated, .accepted, .corrected, .rejected]

    private struct Place: Hashable {
        let series: SeriesUID
        let profile: String

        init(_ job: Job) { (series, profile) = (job.series, job.profile.id) }
    }

    /// Whether as many series were shadowed as the site wants.
    var isComplete: Bool { ShadowedSeries.count(lines) >= record.shadow?.series ?? 0 }

    /// The job whose series is next; nil where none waits or enough are done.
    func next(except refused: Set<JobID> = []) -> Job? {
        guard let shadow = record.shadow, !isComplete else { return nil }
        let began = Timestamp(milliseconds: Int64(shadow.began.timeIntervalSince1970 * 1_000))
        let seen = Set(lines.map(\.job))
        let counted = Set(lines.filter { $0.status != .skipped }.map(\.job))
        let done = Set(jobs.filter { counted.contains($0.id.rawValue) }.map(Place.init))
        return jobs.first { job in
            Self.published.contains(job.state) && job.result != nil && job.created >= began
                && job.modelDigest.hex == record.incumbent.sha256.hex && !known.contains(job.series.rawValue)
                && !seen.contains(job.id.rawValue) && !done.contains(Place(job)) && !refused.contains(job.id)
        }
    }

    /// The number of a job's series: that of an earlier line of the same series, or the next.
    func number(of job: Job) -> Int {
        let same = Set(jobs.filter { $0.series == job.series }.map(\.id.rawValue))
        return lines.first { same.contains($0.job) }?.series ?? (lines.map(\.series).max() ?? 0) + 1
    }
}
