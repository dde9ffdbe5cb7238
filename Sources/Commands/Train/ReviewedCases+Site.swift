import Corrections
import Ingest
import Ledger
import Profiles

extension ReviewedCases {
    /// What was reviewed at a site.
    init(of site: SiteConfiguration, in ledger: some LedgerQueries) async throws {
        try await self.init(
            ledger,
            .init(
                store: site.folders.store,
                results: site.folders.annotated,
                salt: try LogIdentity.salt(in: site.folders.store)
            )
        )
    }
}

extension [Corrections.ReviewedCase] {
    /// Of every series the latest review, in the order of the jobs, and why the others are left out.
    var newestOfEachSeries: (cases: [Corrections.ReviewedCase], left: [String]) {
        var newest: [SeriesUID: Corrections.ReviewedCase] = [:]
        var left: [String] = []
        for reviewed in sorted(by: { $0.job < $1.job }) {
            if let older = newest.updateValue(reviewed, forKey: reviewed.series) {
                left.append("job \(older.job.rawValue): the series was reviewed again as job \(reviewed.job.rawValue)")
            }
        }
        return (newest.values.sorted { $0.job < $1.job }, left)
    }
}
