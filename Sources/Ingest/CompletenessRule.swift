import Ledger

/// Decides when a study has stopped arriving. Pure, as ``SettleRule``.
///
/// No number of images is promised by those who send, so quiet is the evidence: while any series of a study receives, all of
/// its series wait. A slice that is later still makes a new plan, which supersedes the one before.
struct CompletenessRule {
    private struct Watch {
        let study: StudyUID
        var instanceCount: Int
        var since: Duration
    }

    let quiet: Duration
    private var watches: [SeriesUID: Watch] = [:]

    init(quiet: Duration) { self.quiet = quiet }

    /// Takes in all series that receive, and answers those whose studies have been quiet long enough, in their order.
    ///
    /// After a restart the quiet time begins anew.
    mutating func observe(_ receiving: [Series], at now: Duration) -> [Series] {
        let current = Set(receiving.map(\.uid))
        watches = watches.filter { current.contains($0.key) }
        for series in receiving where watches[series.uid]?.instanceCount != series.instanceCount {
            watches[series.uid] = Watch(study: series.study, instanceCount: series.instanceCount, since: now)
        }
        var lastArrival: [StudyUID: Duration] = [:]
        for watch in watches.values {
            lastArrival[watch.study] = max(watch.since, lastArrival[watch.study] ?? watch.since)
        }
        return receiving.filter { series in
            lastArrival[series.study].map { now - $0 >= quiet } ?? false
        }
    }
}
