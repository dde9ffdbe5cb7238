import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Ledger

/// Decides what a correction that was received is: whose, of which series, of which result, and what it changes.
package struct CorrectionJudge: Sendable {
    /// Nothing can be said of the correction now; it is judged again later.
    package struct Unavailable: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    let ledger: any LedgerQueries
    /// Where store paths begin.
    let store: RawPath
    /// Where the paths of results begin.
    let results: RawPath
    let reader: any CorrectionReader

    package init(ledger: any LedgerQueries, store: RawPath, results: RawPath, reader: any CorrectionReader) {
        self.ledger = ledger
        self.store = store
        self.results = results
        self.reader = reader
    }

    /// The verdict for the ledger.
    ///
    /// - Throws: `LedgerError`, and ``Unavailable`` where the file could not be looked at.
    package func judge(_ correction: Correction) async throws -> CorrectionFinding {
        switch await reader.describe(store.appending(correction.storePath)) {
        case .unavailable(let cause): throw Unavailable(description: cause)
        case .refused(let reason, let detail): return CorrectionFinding(.held(reason.reason(detail)))
        case .found(let description):
            return correction.intent == .reject
                ? try await judgeRejection(description) : try await judge(correction, description)
        }
    }

    /// A copy of a result says which one by its SOP Instance UID, however it is encoded by now.
    private func judgeRejection(_ description: DescribedSegmentation) async throws -> CorrectionFinding {
        // The creator that a copy of a result names is this program.
        let content = content(of: description, resultCreator: description.contentCreator)
        guard let job = try await ledger.job(withSegmentation: InstanceUID(description.sopInstanceUID)) else {
            return CorrectionFinding(.held(CorrectionReason.notAResult.reason()), content: content)
        }
        return CorrectionFinding(.counts(job.id, segments: []), content: content, series: job.series)
    }

    private func judge(
        _ correction: Correction,
        _ description: DescribedSegmentation
    ) async throws -> CorrectionFinding {
        let content = content(of: description, resultCreator: nil)
        let series: SeriesUID
        switch try await CorrectionReferences(ledger: ledger).series(of: description) {
        case .success(let found): series = found
        case .failure(let refusal): return CorrectionFinding(.held(refusal.reason), content: content)
        }
        func held(_ reason: CorrectionReason, _ detail: String? = nil) -> CorrectionFinding {
            CorrectionFinding(.held(reason.reason(detail)), content: content, series: series)
        }
        if description.isFractional { return held(.fractional) }
        guard let target = try await target(of: description, in: series, job: correction.job) else {
            return held(.noResult)
        }
        let matching = SegmentMatching(
            description.segments,
            with: target.description?.segments ?? [],
            byNumber: correction.matchesByNumber
        )
        switch await reader.compare(try await request(correction, target, matching)) {
        case .unavailable(let cause): throw Unavailable(description: cause)
        case .refused(let reason, let detail): return held(reason, detail)
        case .found(let comparison):
            if let problem = matching.problem { return held(.unmatchedSegments, problem) }
            return CorrectionFinding(
                .counts(target.job.id, segments: matching.segments(comparison)),
                content: self.content(of: description, resultCreator: target.description?.contentCreator),
                series: series
            )
        }
    }

    // MARK: - The result that it corrects

    private struct Target {
        let job: Job
        /// `nil` where the job found nothing.
        let description: DescribedSegmentation?
    }

    /// The job that it was handed in for, where that was said. Otherwise the newest job whose segments it has, else the one
    /// whose result it names, else the newest of the series with a result, else the newest that waits for prompts.
    private func target(
        of description: DescribedSegmentation,
        in series: SeriesUID,
        job wanted: JobID?
    ) async throws -> Target? {
        let states: Set<JobState> = [.annotated, .needsPrompt, .accepted, .corrected, .rejected]
        let jobs = try await ledger.jobs(JobFilter(states: states, series: series)).sorted { $0.id > $1.id }
        if let wanted {
            guard let job = jobs.first(where: { $0.id == wanted }) else { return nil }
            return Target(job: job, description: try await self.description(of: job))
        }
        let trackingUIDs = Set(description.segments.compactMap(\.trackingUID))
        let named = Set(description.predecessors + description.referencedSeries.values.flatMap { $0 })
            .union([description.sopInstanceUID])
        var targets: [Target] = []
        for job in jobs {
            let target = Target(job: job, description: try await self.description(of: job))
            let ours = target.description?.segments.compactMap(\.trackingUID) ?? []
            if !trackingUIDs.isDisjoint(with: ours) { return target }
            targets.append(target)
        }
        let isNamed = targets.first { target in
            target.job.result?.segmentation.map { named.contains($0.sopInstanceUID.rawValue) } ?? false
        }
        return isNamed ?? targets.first { $0.job.state != .needsPrompt } ?? targets.first
    }

    /// What our own segmentation says; one that is gone or damaged says nothing here, and is found out when it is compared.
    private func description(of job: Job) async throws -> DescribedSegmentation? {
        guard let segmentation = job.result?.segmentation else { return nil }
        switch await reader.describe(results.appending(segmentation.path)) {
        case .found(let description): return description
        case .refused: return nil
        case .unavailable(let cause): throw Unavailable(description: cause)
        }
    }

    private func request(
        _ correction: Correction,
        _ target: Target,
        _ matching: SegmentMatching
    ) async throws -> ComparisonRequest {
        let segmentation = target.job.result?.segmentation
        return ComparisonRequest(
            correction: store.appending(correction.storePath),
            result: segmentation.map { results.appending($0.path) },
            resultDigest: segmentation?.digest.hex,
            sources: try await ledger.instances(of: target.job.id).map { instance in
                .init(path: store.appending(instance.storePath), digest: instance.digest.hex)
            },
            pairs: matching.pairs.map { .init(number: $0.segment.number, resultNumber: $0.result.number) }
        )
    }

    // MARK: - Who

    /// Delimiters of components that are not there say nothing of a name (PS3.5 section 6.2.1.2).
    private static func withoutEmptyComponents(_ name: String) -> String {
        let tail = name.reversed().drop { $0 == "^" || $0 == " " }
        return tail.isEmpty ? name : String(tail.reversed())
    }

    /// A viewer that keeps our own name as the creator says nothing of who worked with it.
    private func content(of description: DescribedSegmentation, resultCreator: String?) -> CorrectionContent {
        let names = [description.contentCreator, description.reviewer, description.operators]
        return CorrectionContent(
            sopInstanceUID: InstanceUID(description.sopInstanceUID),
            names: (description.contentCreator, description.reviewer, description.operators),
            author: names.compactMap { $0 }.first { $0 != resultCreator }.map(Self.withoutEmptyComponents),
            contentDate: description.contentDate,
            contentTime: description.contentTime,
            predecessors: description.predecessors.map { InstanceUID($0) }
        )
    }
}
