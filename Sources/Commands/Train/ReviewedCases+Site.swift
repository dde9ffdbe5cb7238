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
