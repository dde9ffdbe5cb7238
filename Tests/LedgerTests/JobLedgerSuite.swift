import Ledger
import Testing

/// The queue's promises, asked of every ledger.
@Suite("Job queue", .serialized) struct JobLedgerSuite {
    @Test("A planned job is claimed with its volume, worked on and published", arguments: LedgerKind.allCases)
    func aJobGoesThrough(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            try await ledger.drop(Sample("1.2.3.2"))
            try await ledger.drop(Sample("1.2.3.1"))
            let job = try #require(try await ledger.planAll().first)
            let leased = try await ledger.claim()
            #expect(leased.job.id == job.id)
            #expect(leased.instances.map(\.identity.sopInstanceUID.rawValue) == ["1.2.3.1", "1.2.3.2"])
            #expect(leased.lease.expires == clock.now().adding(.seconds(60)))
            #expect(try await ledger.publish(result(), under: leased.lease))
            let done = try #require(try await ledger.job(job.id))
            #expect(done.state == .annotated)
            #expect(done.result == result())
            #expect(done.lease == nil)
            #expect(try await ledger.jobCounts() == [.annotated: 1])
            #expect(try await ledger.claimNext(by: WorkerID("w2"), leaseFor: .seconds(60)) == nil)
        }
    }

    @Test("Workers that claim at the same time never get the same job", arguments: LedgerKind.allCases)
    func concurrentClaimsNeverDouble(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let jobs = try await ledger.queue(40)
            let claimed = try await withThrowingTaskGroup(of: [JobID].self) { group in
                for worker in 1...8 {
                    group.addTask {
                        var mine: [JobID] = []
                        while let leased = try await ledger.claimNext(
                            by: WorkerID("w\(worker)"),
                            leaseFor: .seconds(60)
                        ) {
                            mine.append(leased.job.id)
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == jobs.count)
            #expect(Set(claimed) == Set(jobs.map(\.id)))
        }
    }

    @Test(
        "An expired lease is taken over, and the first worker's result touches no row",
        arguments: LedgerKind.allCases
    )
    func zombiesAreFencedOff(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            _ = try await ledger.queue(1)
            let zombie = try await ledger.claim("zombie")
            clock.advance(by: .seconds(61))
            #expect(try await ledger.claimNext(by: WorkerID("heir"), leaseFor: .seconds(60)) == nil, "back-off")
            clock.advance(by: .seconds(30))
            let heir = try await ledger.claim("heir")
            #expect(heir.job.id == zombie.job.id)
            #expect(heir.lease.epoch > zombie.lease.epoch)
            #expect(heir.job.attempts == 2)

            let before = try await ledger.job(heir.job.id)
            #expect(try await ledger.publish(result("zombie"), under: zombie.lease) == false)
            #expect(try await ledger.heartbeat(zombie.lease, extendBy: .seconds(60)) == nil)
            #expect(try await ledger.fail(JobReason("X"), retryable: true, under: zombie.lease) == false)
            #expect(try await ledger.requirePrompt(JobReason("X"), under: zombie.lease) == false)
            #expect(try await ledger.giveBack(zombie.lease) == false)
            #expect(try await ledger.job(heir.job.id) == before)

            #expect(try await ledger.publish(result("heir"), under: heir.lease))
            #expect(try await ledger.publish(result("zombie"), under: zombie.lease) == false)
            #expect(try await ledger.job(heir.job.id)?.result == result("heir"))
        }
    }

    @Test("A heartbeat keeps the lease alive", arguments: LedgerKind.allCases)
    func heartbeatsExtendTheLease(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            _ = try await ledger.queue(1)
            var lease = try await ledger.claim().lease
            for _ in 1...5 {
                clock.advance(by: .seconds(40))
                lease = try #require(try await ledger.heartbeat(lease, extendBy: .seconds(60)))
                #expect(try await ledger.claimNext(by: WorkerID("thief"), leaseFor: .seconds(60)) == nil)
            }
            #expect(try await ledger.publish(result(), under: lease))
        }
    }

    @Test("A worker that is late, but whose job nobody took, still publishes", arguments: LedgerKind.allCases)
    func lateButAloneIsFine(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            _ = try await ledger.queue(1)
            let leased = try await ledger.claim()
            clock.advance(by: .seconds(3600))
            #expect(try await ledger.publish(result(), under: leased.lease))
        }
    }

    @Test("Publishing the same result again is no error and no second result", arguments: LedgerKind.allCases)
    func publishingIsIdempotent(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            _ = try await ledger.queue(1)
            let leased = try await ledger.claim()
            #expect(try await ledger.publish(result(), under: leased.lease))
            let events = try await ledger.events(after: nil, limit: .max).count
            #expect(try await ledger.publish(result(), under: leased.lease))
            #expect(try await ledger.publish(result("other"), under: leased.lease) == false)
            #expect(try await ledger.events(after: nil, limit: .max).count == events)
            #expect(try await ledger.job(leased.job.id)?.result == result())
        }
    }

    @Test(
        "A job that keeps failing waits longer each time and is dead after five attempts",
        arguments: LedgerKind.allCases
    )
    func poisonCannotLoop(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            let job = try #require(try await ledger.queue(1).first)
            var waits: [Duration] = []
            for attempt in 1...5 {
                var waited = Duration.zero
                var leased = try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60))
                while leased == nil, waited < .seconds(7200) {
                    clock.advance(by: .seconds(10))
                    waited += .seconds(10)
                    leased = try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60))
                }
                if attempt > 1 { waits.append(waited) }
                let lease = try #require(leased).lease
                #expect(try await ledger.fail(JobReason("DISK_FULL"), retryable: true, under: lease))
            }
            #expect(waits == [30, 60, 120, 240].map { .seconds($0) })
            let dead = try #require(try await ledger.job(job.id))
            #expect(dead.state == .failed)
            #expect(dead.reason == JobReason("DISK_FULL"))
            clock.advance(by: .seconds(100_000))
            #expect(try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60)) == nil)
        }
    }

    @Test("A worker that dies each time uses up the attempts, too", arguments: LedgerKind.allCases)
    func crashingJobsDie(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            let job = try #require(try await ledger.queue(1).first)
            for _ in 1...5 {
                _ = try await ledger.claim()
                clock.advance(by: .seconds(4000))
                #expect(try await ledger.recover(.expired) == [job.id])
                clock.advance(by: .seconds(4000))
            }
            #expect(try await ledger.job(job.id)?.state == .failed)
            #expect(try await ledger.job(job.id)?.reason == .workerLost)
            #expect(try await ledger.recover(.expired) == [])
        }
    }

    @Test("A failure that no retry can mend is final at once", arguments: LedgerKind.allCases)
    func hopelessFailuresAreFinal(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            _ = try await ledger.queue(1)
            let leased = try await ledger.claim()
            let reason = JobReason("MODEL_MISSING", message: "no model of that digest")
            #expect(try await ledger.fail(reason, retryable: false, under: leased.lease))
            #expect(try await ledger.job(leased.job.id)?.state == .failed)
            #expect(try await ledger.job(leased.job.id)?.reason == reason)
        }
    }

    @Test("A job given back on shutdown loses no attempt and is claimable at once", arguments: LedgerKind.allCases)
    func givingBackIsFree(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            _ = try await ledger.queue(1)
            for _ in 1...10 {
                let leased = try await ledger.claim()
                #expect(leased.job.attempts == 1)
                #expect(try await ledger.giveBack(leased.lease))
            }
            #expect(try await ledger.jobCounts() == [.queued: 1])
        }
    }

    @Test("Giving back works from a task that was cancelled", arguments: LedgerKind.allCases)
    func cancellationCutsNothingShort(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            _ = try await ledger.queue(1)
            let leased = try await ledger.claim()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await ledger.giveBack(leased.lease)
            }
            #expect(try await task.value)
            #expect(try await ledger.job(leased.job.id)?.state == .queued)
        }
    }

    @Test("At start all leases are given up, running or not", arguments: LedgerKind.allCases)
    func recoveryAtStartTakesAllLeases(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            let jobs = try await ledger.queue(2)
            let first = try await ledger.claim()
            _ = try await ledger.claim()
            #expect(try await ledger.recover(.expired) == [])
            #expect(try await ledger.recover(.all) == jobs.map(\.id))
            #expect(try await ledger.publish(result(), under: first.lease) == false)
            clock.advance(by: .seconds(30))
            #expect(try await ledger.claim().job.id == first.job.id)
        }
    }

    @Test("Jobs are claimed in the order in which they were queued", arguments: LedgerKind.allCases)
    func theOldestJobGoesFirst(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let jobs = try await ledger.queue(3)
            var claimed: [JobID] = []
            for _ in jobs { claimed.append(try await ledger.claim().job.id) }
            #expect(claimed == jobs.map(\.id))
        }
    }

    @Test("A job that needs a prompt, failed or was cancelled can be queued again", arguments: LedgerKind.allCases)
    func retryStartsAfresh(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let job = try #require(try await ledger.queue(1).first)
            let leased = try await ledger.claim()
            #expect(try await ledger.requirePrompt(JobReason("PRIOR_WEAK"), under: leased.lease))
            #expect(try await ledger.job(job.id)?.state == .needsPrompt)
            try await ledger.retry(job.id, by: "anna")
            try await ledger.cancel(job.id, reason: JobReason("BY_PERSON"), by: "anna")
            #expect(try await ledger.job(job.id)?.state == .cancelled)
            try await ledger.retry(job.id, by: "anna")
            let again = try #require(try await ledger.job(job.id))
            #expect(again.state == .queued)
            #expect(again.attempts == 0)
            #expect(again.reason == nil)
            await #expect(throws: LedgerError.self) { try await ledger.retry(job.id, by: "anna") }
        }
    }

    @Test("Cancelling a running job fences its worker off", arguments: LedgerKind.allCases)
    func cancellingFencesOff(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            _ = try await ledger.queue(1)
            let leased = try await ledger.claim()
            try await ledger.cancel(leased.job.id, reason: JobReason("BY_PERSON"), by: "anna")
            #expect(try await ledger.heartbeat(leased.lease, extendBy: .seconds(60)) == nil)
            #expect(try await ledger.publish(result(), under: leased.lease) == false)
            #expect(try await ledger.job(leased.job.id)?.result == nil)
        }
    }

    @Test(
        "Reviews follow an annotation, and a later verdict takes the place of an earlier",
        arguments: LedgerKind.allCases
    )
    func verdictsAreRecorded(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let job = try #require(try await ledger.queue(1).first)
            let early = await #expect(throws: LedgerError.self) {
                try await ledger.review(job.id, .accepted, by: "anna")
            }
            #expect(early?.code == .illegalTransition)
            let leased = try await ledger.claim()
            #expect(try await ledger.publish(result(), under: leased.lease))
            try await ledger.review(job.id, .accepted, by: "anna")
            try await ledger.review(job.id, .corrected, by: "bert")
            #expect(try await ledger.job(job.id)?.state == .corrected)
            let verdicts = try await ledger.events(after: nil, limit: .max).filter {
                ["anna", "bert"].contains($0.actor)
            }
            #expect(verdicts.map(\.action) == ["accept", "correct"])
            #expect(verdicts.map(\.subject) == [.job(job.id), .job(job.id)])
        }
    }

    @Test("What does not exist is refused by name", arguments: LedgerKind.allCases)
    func unknownRowsAreRefused(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ async throws in
            let error = await #expect(throws: LedgerError.self) {
                try await ledger.cancel(JobID(rawValue: 99), reason: JobReason("X"), by: "anna")
            }
            #expect(error?.code == .notFound)
            #expect(try await ledger.job(JobID(rawValue: 99)) == nil)
            #expect(try await ledger.file(FileID(rawValue: 99)) == nil)
            let lease = Lease(
                job: JobID(rawValue: 99),
                owner: WorkerID("w"),
                epoch: 1,
                expires: Timestamp(milliseconds: 0)
            )
            #expect(try await ledger.publish(result(), under: lease) == false)
        }
    }
}
