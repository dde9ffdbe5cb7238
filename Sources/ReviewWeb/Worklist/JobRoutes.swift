import DurableFiles
import Hummingbird
import Ledger

/// One job with its result, its corrections and its verdicts.
package struct JobRoutes: ReviewRoutes {
    private let volumes: JobVolumes
    private let masks: JobMasks
    private let catalogue: any ReviewCatalogue
    private let work = SerialWork("receipts")

    private var ledger: any LedgerQueries { volumes.surroundings.ledger }

    /// The jobs whose volumes and masks these are.
    package init(_ volumes: JobVolumes, masks: JobMasks, catalogue: any ReviewCatalogue) {
        self.volumes = volumes
        self.masks = masks
        self.catalogue = catalogue
    }

    package func add(to group: ReviewGroup) {
        group.get("jobs/:job", use: detail)
    }

    private func detail(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<JobDetail> {
        guard let row = try await ledger.worklistRow(try context.job) else {
            throw ReviewError.notFound("there is no such job")
        }
        let job = row.job
        let receipt = await receipt(of: job)
        let corrections = try await ledger.corrections(CorrectionFilter(job: job.id))
        let siblings = try await ledger.jobs(JobFilter(study: job.study)).filter { $0.id != job.id }
        let mayDecide = (context.user?.role ?? .viewer) >= .reviewer
        return JSONAnswer(
            JobDetail(
                item: WorklistItem(row, catalogue),
                // A series whose images cannot be decoded can still be looked into.
                volume: try? await volumes.description(of: job.id),
                segments: try await segments(of: job, receipt, corrections),
                model: .init(
                    name: receipt?.model.name ?? catalogue.modelName(job.modelDigest) ?? "",
                    sha256: job.modelDigest.hex,
                    precision: receipt?.model.precision
                ),
                receipt: receipt.map { .init(created: $0.created, warnings: $0.warnings) },
                corrections: corrections.map { .init($0) },
                verdicts: try await ledger.verdicts(of: job.id).map { .init($0) },
                canDecide: mayDecide && job.state.after(.correct) != nil && job.supersededBy == nil,
                siblings: siblings.map(\.id.rawValue)
            )
        )
    }

    private func receipt(of job: Job) async -> StoredReceipt? {
        guard let result = job.result else { return nil }
        let path = volumes.surroundings.results.appending(result.receiptPath)
        return try? await work.run { try StoredReceipt.read(path) }
    }

    private func segments(
        of job: Job,
        _ receipt: StoredReceipt?,
        _ corrections: [Correction]
    ) async throws -> [JobSegment] {
        let profile = volumes.surroundings.protocols.jobProtocol(of: job)
        var listed = JobSegments(job: job, receipt: receipt, profile: profile).listed()
        for correction in corrections where correction.state == .current {
            guard correction.segments.contains(where: { $0.status == .added }) else { continue }
            let drawn = try? await masks.masks(of: job.id, .correction(correction.id))
            let keys = Dictionary((drawn ?? []).map { ($0.segment.number, $0.key) }) { first, _ in first }
            let known = Set(listed.map(\.key))
            let added = JobSegments.added(correction.segments, keys: keys, index: listed.count)
            listed += added.filter { !known.contains($0.key) }
        }
        return listed
    }
}
