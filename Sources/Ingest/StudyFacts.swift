import DICOMFiles
import DurableFiles
import Ledger
import Profiles
import Synchronization

/// What the series of a study say of themselves, for profiles that choose among them.
///
/// All series of a study are planned one after the other, and each looks at all of them: what was read for one serves the
/// next.
final class StudyFacts: Sendable {
    private struct Known {
        var study: StudyUID?
        var facts: [SeriesUID: (count: Int, facts: SeriesFacts?)] = [:]
    }

    private let store: RawPath
    private let known = Mutex(Known())

    init(store: RawPath) {
        self.store = store
    }

    /// The facts of a series, `nil` where it has no volume. Instances that are added later are looked at again.
    func facts(of series: SeriesUID, in study: StudyUID, _ instances: [Instance]) throws -> SeriesFacts? {
        let found = known.withLock { known -> (count: Int, facts: SeriesFacts?)? in
            if known.study != study { known = Known(study: study) }
            return known.facts[series]
        }
        if let found, found.count == instances.count { return found.facts }
        let images = ImageSeries(headers: try instances.map { try StoredHeader.decode($0, store: store) })
        let facts = images.volume.map { SeriesFacts(of: $0, in: images) }
        known.withLock { known in
            if known.study == study { known.facts[series] = (instances.count, facts) }
        }
        return facts
    }
}

extension LedgerQueries {
    /// The instances of every series of a study.
    package func seriesInstances(of study: StudyUID) async throws(LedgerError) -> [SeriesUID: [Instance]] {
        var members: [SeriesUID: [Instance]] = [:]
        for series in try await series(of: study) { members[series.uid] = try await instances(of: series.uid) }
        return members
    }
}
