import DurableFiles
import Ledger
import Logging

/// Takes a drop folder in, round by round.
///
/// All that must survive is in the ledger and the store; what is kept here (who settles since when, what was seen) is
/// rebuilt after a restart, at the cost of one more settle time.
package actor Ingestor {
    /// What an ingestor works with.
    package struct Surroundings: Sendable {
        package let folder: any DropFolder
        /// Where copies go; on one file system.
        package let store: RawPath
        package let ledger: any JobLedger
        package let inspector: any InstanceInspector
        package let planner: any SeriesPlanner
        package let clock: any IngestClock
        package let logger: Logger
        package let names: LogIdentity

        package init(
            folder: any DropFolder,
            store: RawPath,
            ledger: any JobLedger,
            inspector: any InstanceInspector,
            planner: any SeriesPlanner,
            clock: any IngestClock = MonotonicClock(),
            logger: Logger = Logger(label: "preread.ingest"),
            names: LogIdentity
        ) {
            self.folder = folder
            self.store = store
            self.ledger = ledger
            self.inspector = inspector
            self.planner = planner
            self.clock = clock
            self.logger = logger
            self.names = names
        }
    }

    let surroundings: Surroundings
    let configuration: IngestConfiguration
    let store: InstanceStore
    let work = BlockingWork(name: "ingest")
    var settle: SettleRule
    var backOff = BackOff()
    private var absence = AbsenceRule()
    /// The row of each name in the folder, as of the last look.
    var known: [RawPath: DroppedFile] = [:]
    private var completeness: CompletenessRule
    private var isFirstRound = true

    /// Prepares the store; nothing is read from the folder yet.
    package init(_ surroundings: Surroundings, configuration: IngestConfiguration) throws(FileError) {
        self.surroundings = surroundings
        self.configuration = configuration
        store = try InstanceStore(surroundings.store)
        settle = SettleRule(quiet: configuration.settleTime, timeout: configuration.incompleteTimeout)
        completeness = CompletenessRule(quiet: configuration.studyQuietTime)
    }

    var ledger: any JobLedger { surroundings.ledger }
    var logger: Logger { surroundings.logger }

    /// Scans the folder, takes in what has settled, and plans the series that are complete.
    ///
    /// - Throws: `FileError` where the folder cannot be listed and `LedgerError` where the ledger fails; then the round counts for
    ///   nothing and the next one goes on where it stood.
    package func round() async throws -> IngestReport {
        let folder = surroundings.folder
        let listing = try await work.run(throwing: { () throws(FileError) in try folder.scan() })
        var report = IngestReport()
        report.seen = listing.entries.count
        report.unreadableFolders = listing.unreadable.count
        if isFirstRound { try await recallCurrentFiles() }
        try await record(listing.entries, in: &report)
        try await takeIn(listing.entries, in: &report)
        try await takeInReleased(in: &report)
        if listing.unreadable.isEmpty { try await withdraw(notIn: listing.entries) }
        isFirstRound = false
        // While files wait that have settled, no study is known to be quiet.
        if report.pause == nil, report.backlog == 0 { try await planCompleteSeries(in: &report) }
        return report
    }

    // MARK: - What lies in the folder

    /// Remembers the files that earlier runs knew, so that it is noticed if they are gone.
    private func recallCurrentFiles() async throws(LedgerError) {
        for file in try await ledger.files(FileFilter(root: configuration.rootLabel, currentOnly: true)) {
            known[RawPath(bytes: file.path.bytes)] = file
        }
    }

    /// Puts new and changed files on record.
    private func record(_ entries: [FolderScan.Entry], in report: inout IngestReport) async throws(LedgerError) {
        let news = entries.filter { known[$0.name]?.fingerprint != $0.fingerprint }
        for batch in batches(of: news) {
            let sightings = batch.map {
                FileSighting(path: DroppedPath(bytes: $0.name.bytes), fingerprint: $0.fingerprint)
            }
            let files = try await ledger.record(sightings, in: configuration.rootLabel)
            for (entry, file) in zip(batch, files) {
                if known[entry.name]?.id != file.id { report.new += 1 }
                known[entry.name] = file
            }
        }
    }

    private func withdraw(notIn entries: [FolderScan.Entry]) async throws(LedgerError) {
        let gone = absence.gone(of: known.keys, present: Set(entries.map(\.name)))
        guard !gone.isEmpty else { return }
        try await ledger.withdraw(gone.compactMap { known[$0]?.id })
        for path in gone { forget(path) }
    }

    /// Drops what is remembered of a name.
    func forget(_ path: RawPath) {
        known[path] = nil
        settle.forget(path)
        backOff.forget(path)
    }

    // MARK: - Series

    private func planCompleteSeries(in report: inout IngestReport) async throws {
        let receiving = try await ledger.receivingSeries()
        for series in completeness.observe(receiving, at: surroundings.clock.now()) {
            let instances = try await ledger.instances(of: series.uid)
            let decision: SeriesPlan.Decision
            do {
                decision = try await surroundings.planner.decision(for: instances)
            } catch {
                // One series must not hold up the others; it is tried again in the next round.
                let name = surroundings.names.name(series.uid.rawValue)
                logger.error("a series cannot be planned now", metadata: ["series": "\(name)", "error": "\(error)"])
                continue
            }
            let plan = SeriesPlan(series: series.uid, instanceCount: instances.count, decision: decision)
            guard let jobs = try await ledger.plan(plan) else { continue }
            report.planned += 1
            report.jobs += jobs.map(\.id)
            log(series, decision, jobs)
        }
    }

    private func log(_ series: Series, _ decision: SeriesPlan.Decision, _ jobs: [Job]) {
        let name = surroundings.names.name(series.uid.rawValue)
        switch decision {
        case .jobs:
            let numbers = jobs.map { String($0.id.rawValue) }.joined(separator: " ")
            logger.info("series planned", metadata: ["series": "\(name)", "jobs": "\(numbers)"])
        case .unmatched(let reason, _):
            logger.notice("series not planned", metadata: ["series": "\(name)", "reason": "\(reason)"])
        }
    }

    func batches<Element>(of elements: [Element]) -> [ArraySlice<Element>] {
        stride(from: 0, to: elements.count, by: configuration.batchSize).map { start in
            elements[start..<min(start + configuration.batchSize, elements.count)]
        }
    }
}

extension FolderScan.Entry {
    var fingerprint: FileFingerprint {
        FileFingerprint(size: Int64(size), modified: modified, inode: inode)
    }
}
