import Ledger

/// The counts of the worklist, counted anew when something has happened since: each page shows them.
actor WorklistTallies {
    private let ledger: any LedgerQueries
    private var known: (at: EventID?, counts: WorklistCounts)?

    init(_ ledger: any LedgerQueries) { self.ledger = ledger }

    func counts() async throws(LedgerError) -> WorklistCounts {
        let last = try await ledger.lastEvent()
        if let known, known.at == last { return known.counts }
        let counts = try await ledger.worklistCounts()
        known = (last, counts)
        return counts
    }
}
