// The rules of the queue.

extension LedgerStorage {
    mutating func claimNext(
        by owner: WorkerID,
        leaseFor duration: Duration,
        policy: RetryPolicy,
        at now: Timestamp
    ) throws -> LeasedJob? {
        _ = try recover(.expired, policy: policy, at: now)
        guard var job = try nextQueuedJob(at: now), let running = job.state.after(.claim) else { return nil }
        job.state = running
        job.epoch += 1
        job.attempts += 1
        let lease = Lease(job: job.id, owner: owner, epoch: job.epoch, expires: now.adding(duration))
        job.lease = lease
        try write(job, .claim, by: owner.rawValue, at: now)
        return LeasedJob(job: job, lease: lease, instances: try instances(ofJob: job.id))
    }

    mutating func heartbeat(_ lease: Lease, extendBy duration: Duration, at now: Timestamp) throws -> Lease? {
        guard var job = try holder(of: lease) else { return nil }
        let extended = Lease(job: job.id, owner: lease.owner, epoch: lease.epoch, expires: now.adding(duration))
        job.lease = extended
        job.updated = now
        try update(job)
        return extended
    }

    mutating func publish(_ result: JobResult, under lease: Lease, at now: Timestamp) throws -> Bool {
        guard var job = try holder(of: lease) else {
            // The answer to the first call may have been lost.
            guard let job = try job(lease.job) else { return false }
            return job.epoch == lease.epoch && job.result == result
        }
        job.result = result
        job.summary = nil
        job.reason = nil
        return try finish(&job, .annotate, under: lease, at: now)
    }

    mutating func requirePrompt(_ reason: JobReason, under lease: Lease, at now: Timestamp) throws -> Bool {
        guard var job = try holder(of: lease) else { return false }
        job.reason = reason
        return try finish(&job, .requirePrompt, under: lease, at: now)
    }

    mutating func fail(
        _ reason: JobReason,
        retryAfter policy: RetryPolicy?,
        under lease: Lease,
        at now: Timestamp
    ) throws -> Bool {
        guard let job = try holder(of: lease) else { return false }
        try giveUp(job, reason, retryAfter: policy, by: lease.owner.rawValue, at: now)
        return true
    }

    mutating func giveBack(_ lease: Lease, at now: Timestamp) throws -> Bool {
        guard var job = try holder(of: lease) else { return false }
        job.attempts -= 1
        return try finish(&job, .giveBack, under: lease, at: now)
    }

    mutating func recover(_ leases: LeaseRecovery, policy: RetryPolicy, at now: Timestamp) throws -> [JobID] {
        let lost =
            switch leases {
            case .expired: try jobsWithLease(expiredAt: now)
            case .all: try jobs(JobFilter(states: [.running]))
            }
        let policy = leases == .all ? policy.afterProcessLoss : policy
        for job in lost { try giveUp(job, .workerLost, retryAfter: policy, by: "ledger", at: now) }
        return lost.map(\.id)
    }

    mutating func retry(_ id: JobID, by actor: String, at now: Timestamp) throws {
        var job = try existing(id)
        job.supersededBy = nil
        _ = try requeue(job, by: actor, at: now)
    }

    mutating func cancel(_ id: JobID, reason: JobReason, by actor: String, at now: Timestamp) throws {
        try cancel(try existing(id), reason: reason, by: actor, at: now)
    }

    mutating func cancel(_ job: Job, reason: JobReason, by actor: String, at now: Timestamp) throws {
        var cancelled = job
        cancelled.state = try next(job, .cancel)
        cancelled.reason = reason
        // A worker that still runs it is fenced off.
        cancelled.epoch += 1
        cancelled.lease = nil
        try write(cancelled, .cancel, by: actor, detail: reason.code, at: now)
    }

    mutating func requeue(_ job: Job, by actor: String, at now: Timestamp) throws -> Job {
        var queued = job
        queued.state = try next(job, .requeue)
        queued.reason = nil
        queued.attempts = 0
        queued.notBefore = now
        try write(queued, .requeue, by: actor, at: now)
        return queued
    }

    mutating func review(_ id: JobID, _ verdict: ReviewVerdict, by reviewer: String, at now: Timestamp) throws {
        var job = try existing(id)
        job.state = try next(job, verdict.event)
        try review(job, ReviewNote(verdict.event, by: reviewer), at: now)
    }

    /// The job if the lease is the one that it runs under, whatever the clock says of the lease.
    private func holder(of lease: Lease) throws -> Job? {
        guard let job = try job(lease.job), job.state == .running, job.epoch == lease.epoch else { return nil }
        return job
    }

    private func existing(_ id: JobID) throws -> Job {
        guard let job = try job(id) else { throw LedgerError.noJob(id) }
        return job
    }

    private func next(_ job: Job, _ event: JobEvent) throws -> JobState {
        guard let state = job.state.after(event) else { throw LedgerError.illegal(event, in: job) }
        return state
    }

    private mutating func finish(
        _ job: inout Job,
        _ event: JobEvent,
        under lease: Lease,
        at now: Timestamp
    ) throws -> Bool {
        job.state = try next(job, event)
        job.lease = nil
        try write(job, event, by: lease.owner.rawValue, detail: job.reason?.code, at: now)
        return true
    }

    /// Ends an attempt without a result: back into the queue while the policy has attempts left, else failed.
    private mutating func giveUp(
        _ job: Job,
        _ reason: JobReason,
        retryAfter policy: RetryPolicy?,
        by actor: String,
        at now: Timestamp
    ) throws {
        var ended = job
        let retries = policy.map { job.attempts < $0.maximumAttempts } ?? false
        let event: JobEvent = retries ? .retryLater : .fail
        ended.state = try next(job, event)
        ended.reason = reason
        ended.lease = nil
        if retries, let policy { ended.notBefore = now.adding(policy.delay(afterAttempts: job.attempts)) }
        try write(ended, event, by: actor, detail: reason.code, at: now)
    }

    private mutating func write(
        _ job: Job,
        _ event: JobEvent,
        by actor: String,
        detail: String? = nil,
        at now: Timestamp
    ) throws {
        var written = job
        written.updated = now
        try update(written)
        let entry = EventEntry(actor: actor, subject: .job(job.id), action: event.rawValue, detail: detail)
        try append(entry, at: now)
    }
}
