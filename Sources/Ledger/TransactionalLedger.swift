// A ledger is its storage's transactions and the rules.

extension TransactionalLedger {
    package func record(_ sightings: [FileSighting], in root: String) async throws(LedgerError) -> [DroppedFile] {
        let now = clock.now()
        return try await transaction { storage in
            try sightings.map { try storage.record($0, in: root, at: now) }
        }
    }

    package func withdraw(_ files: [FileID]) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { storage in
            for file in files { try storage.withdraw(file, at: now) }
        }
    }

    package func resolve(_ resolutions: [FileResolution]) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { storage in
            for resolution in resolutions { try storage.resolve(resolution, at: now) }
        }
    }

    package func previewAdmission(_ candidates: [InstanceCandidate]) async throws(LedgerError) -> [FileOutcome] {
        let now = clock.now()
        return try await rehearsal { storage in try candidates.map { try storage.admit($0, at: now) } }
    }

    package func admit(_ candidates: [InstanceCandidate]) async throws(LedgerError) -> [FileOutcome] {
        let now = clock.now()
        return try await transaction { storage in try candidates.map { try storage.admit($0, at: now) } }
    }

    package func receivingSeries() async throws(LedgerError) -> [Series] {
        try await snapshot { try $0.series(in: [.receiving]) }
    }

    package func plan(_ plan: SeriesPlan) async throws(LedgerError) -> [Job]? {
        let now = clock.now()
        return try await transaction { try $0.plan(plan, at: now) }
    }

    package func reopen(_ series: SeriesUID, by actor: String) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { try $0.reopen(series, by: actor, at: now) }
    }

    package func release(_ file: FileID, by actor: String) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { try $0.release(file, by: actor, at: now) }
    }

    package func release(_ study: StudyUID, by actor: String) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { try $0.release(study, by: actor, at: now) }
    }
}

extension TransactionalLedger {
    package func claimNext(by owner: WorkerID, leaseFor duration: Duration) async throws(LedgerError) -> LeasedJob? {
        let now = clock.now()
        let policy = retryPolicy
        return try await transaction { storage in
            try storage.claimNext(by: owner, leaseFor: duration, policy: policy, at: now)
        }
    }

    package func heartbeat(_ lease: Lease, extendBy duration: Duration) async throws(LedgerError) -> Lease? {
        let now = clock.now()
        return try await transaction { try $0.heartbeat(lease, extendBy: duration, at: now) }
    }

    package func publish(_ result: JobResult, under lease: Lease) async throws(LedgerError) -> Bool {
        let now = clock.now()
        return try await transaction { try $0.publish(result, under: lease, at: now) }
    }

    package func requirePrompt(_ reason: JobReason, under lease: Lease) async throws(LedgerError) -> Bool {
        let now = clock.now()
        return try await transaction { try $0.requirePrompt(reason, under: lease, at: now) }
    }

    package func fail(
        _ reason: JobReason,
        retryable: Bool,
        under lease: Lease
    ) async throws(LedgerError) -> Bool {
        let now = clock.now()
        let policy = retryable ? retryPolicy : nil
        return try await transaction { try $0.fail(reason, retryAfter: policy, under: lease, at: now) }
    }

    package func giveBack(_ lease: Lease) async throws(LedgerError) -> Bool {
        let now = clock.now()
        return try await transaction { try $0.giveBack(lease, at: now) }
    }

    package func recover(_ leases: LeaseRecovery) async throws(LedgerError) -> [JobID] {
        let now = clock.now()
        let policy = retryPolicy
        return try await transaction { try $0.recover(leases, policy: policy, at: now) }
    }

    package func retry(_ job: JobID, by actor: String) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { try $0.retry(job, by: actor, at: now) }
    }

    package func cancel(_ job: JobID, reason: JobReason, by actor: String) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { try $0.cancel(job, reason: reason, by: actor, at: now) }
    }

    package func review(_ job: JobID, _ verdict: ReviewVerdict, by reviewer: String) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { try $0.review(job, verdict, by: reviewer, at: now) }
    }
}

extension TransactionalLedger {
    package func receive(_ submission: CorrectionSubmission) async throws(LedgerError) -> CorrectionReceipt {
        let now = clock.now()
        return try await transaction { try $0.receive(submission, at: now) }
    }

    package func settle(
        _ correction: CorrectionID,
        as finding: CorrectionFinding
    ) async throws(LedgerError) -> Correction {
        let now = clock.now()
        return try await transaction { try $0.settle(correction, as: finding, at: now) }
    }

    package func release(
        _ correction: CorrectionID,
        matchingByNumber: Bool,
        by actor: String
    ) async throws(LedgerError) -> Correction {
        let now = clock.now()
        return try await transaction { storage in
            try storage.release(correction, matchingByNumber: matchingByNumber, by: actor, at: now)
        }
    }

    package func decide(
        _ job: JobID,
        _ decision: ReviewDecision,
        by reviewer: String,
        work: ReviewWork
    ) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { try $0.decide(job, decision, by: reviewer, work: work, at: now) }
    }
}

extension TransactionalLedger {
    package func describe(_ displays: [SeriesDisplay]) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { storage in
            for display in displays { try storage.describe(display, at: now) }
        }
    }

    package func summarise(_ summaries: [JobSummary]) async throws(LedgerError) {
        let now = clock.now()
        try await transaction { storage in
            for summary in summaries { try storage.summarise(summary, at: now) }
        }
    }

    package func remember(_ anchor: AuditAnchor) async throws(LedgerError) {
        try await transaction { try $0.remember(anchor) }
    }
}
