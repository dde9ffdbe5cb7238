import DurableFiles
import Ledger
import Logging
import ServiceLifecycle

/// Keeps at hand what the worklist shows: reads names out of stored files and reasons out of receipts, once for each.
package struct WorklistKeeper: Service {
    private let reader: any LedgerQueries
    private let ledger: any ReviewLedger
    private let store: RawPath
    private let results: RawPath
    private let interval: Duration
    private let logger: Logger
    private let work = SerialWork("worklist")

    /// So many are read before they are written in one transaction.
    private static let batch = 64

    /// - Parameters:
    ///   - reader: is asked what is missing.
    ///   - ledger: is told what was read.
    ///   - store: where the instances lie.
    ///   - results: where the receipts lie.
    ///   - interval: how often it looks.
    ///   - logger: is told nothing of patients.
    package init(
        reader: any LedgerQueries,
        ledger: any ReviewLedger,
        store: RawPath,
        results: RawPath,
        interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.reader = reader
        self.ledger = ledger
        self.store = store
        self.results = results
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await !self.round() { try? await Task.sleep(for: self.interval) }
            }
        }
    }

    /// Reads what is missing, at most a batch of each; answers whether there may be more.
    package func round() async -> Bool {
        do {
            let isMoreToShow = try await describe()
            let isMoreToSum = try await summarise()
            return isMoreToShow || isMoreToSum
        } catch {
            logger.warning("the worklist cannot be kept now", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func describe() async throws(LedgerError) -> Bool {
        let missing = try await reader.undisplayedSeries(limit: Self.batch)
        var displays: [SeriesDisplay] = []
        for series in missing {
            guard let instance = try await reader.firstInstance(of: series) else { continue }
            let path = store.appending(instance.storePath)
            displays.append(await work.run { SeriesDisplay(series, readFrom: path) })
        }
        guard !displays.isEmpty else { return false }
        try await ledger.describe(displays)
        return missing.count == Self.batch
    }

    private func summarise() async throws(LedgerError) -> Bool {
        let missing = try await reader.unsummarisedJobs(limit: Self.batch)
        var summaries: [JobSummary] = []
        for job in missing {
            guard let result = job.result else { continue }
            let path = results.appending(result.receiptPath)
            let summary = await work.run { () -> ResultSummary in
                guard let receipt = try? StoredReceipt.read(path) else { return .unreadable(result.instability) }
                return ResultSummary(receipt, instability: result.instability)
            }
            summaries.append(JobSummary(job: job.id, receiptPath: result.receiptPath, summary: summary))
        }
        guard !summaries.isEmpty else { return false }
        try await ledger.summarise(summaries)
        return missing.count == Self.batch
    }
}

extension ResultSummary {
    /// A result whose receipt is gone or damaged is one to look at.
    fileprivate static func unreadable(_ instability: Double?) -> ResultSummary {
        let reason = JobReason("WARNING", message: "the receipt of this result cannot be read")
        return ResultSummary(reasons: [reason], interest: max(instability ?? 0, 0.5))
    }
}
