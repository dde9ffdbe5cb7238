import Corrections
import DurableFiles
import Ledger
import LedgerSQLite

/// Does deeds with the ledger in hand.
struct DeedExecution: Sendable {
    let ledger: SQLiteLedger
    let intake: CorrectionIntake

    /// Does a deed under a person's name; what goes wrong is the outcome.
    ///
    /// May be repeated when nobody knows whether it was done: decisions and corrections are then left as they are.
    func perform(_ deed: SiteDeed, by actor: String) async -> DeedOutcome {
        do {
            return try await attempt(deed, by: actor)
        } catch let error as CorrectionJudge.Unavailable {
            return DeedOutcome(.environment, "the file is on record and will be judged later: \(error)")
        } catch {
            return DeedOutcome(CommandFailure(describing: error))
        }
    }

    /// Does a deed that cost a person so much work.
    ///
    /// - Throws: what goes wrong, as its own error.
    func attempt(_ deed: SiteDeed, by actor: String, work: ReviewWork = .unknown) async throws -> DeedOutcome {
        switch deed {
        case .accept(let targets, let version): return try await accept(targets, version, by: actor, work: work)
        case .reject(let target, let reason):
            let job = try await self.job(target)
            try await ledger.decide(job.id, .reject(reason), by: actor, work: work)
            return try await done("job \(job.id.rawValue) is rejected", [job.id])
        case .correct(let file, let byNumber):
            let path = RawPath(bytes: file)
            let receipt = try await intake.submit(path, .correct, byNumber: byNumber, from: actor)
            return outcome(receipt.correction, isDuplicate: receipt.isDuplicate)
        case .releaseCorrection(let number, let byNumber):
            let id = CorrectionID(rawValue: number)
            let released = try await ledger.release(id, matchingByNumber: byNumber, by: actor)
            return outcome(try await intake.settle(released), isDuplicate: false)
        case .retryJob(let number):
            try await ledger.retry(JobID(rawValue: number), by: actor)
            return try await done(
                "job \(number) is queued; the service takes it when it runs",
                [JobID(rawValue: number)]
            )
        case .cancelJob(let number):
            let reason = JobReason("WITHDRAWN", message: "a person withdrew it")
            try await ledger.cancel(JobID(rawValue: number), reason: reason, by: actor)
            return try await done("job \(number) is cancelled", [JobID(rawValue: number)])
        case .replanJob(let number):
            let job = try await self.job("\(number)")
            try await ledger.reopen(job.series, by: actor)
            return DeedOutcome(.done, "the series of job \(number) is planned again when the service runs")
        case .releaseFile(let number):
            try await ledger.release(FileID(rawValue: number), by: actor)
            return DeedOutcome(.done, "file \(number) is judged again when the service runs")
        case .releaseStudy(let number): return try await releaseStudy(ofFile: number, by: actor)
        }
    }

    private func accept(
        _ targets: [String],
        _ version: SiteDeed.AcceptedVersion,
        by actor: String,
        work: ReviewWork
    ) async throws -> DeedOutcome {
        // All are found before the first is accepted.
        var jobs: [JobID] = []
        for target in targets { jobs.append(try await job(target).id) }
        let decision: ReviewDecision =
            switch version {
            case .undisputed: .accept
            case .result: .acceptResult
            case .correction(let number): .acceptCorrection(CorrectionID(rawValue: number))
            }
        for job in jobs { try await ledger.decide(job, decision, by: actor, work: work) }
        let names = jobs.map { String($0.rawValue) }.joined(separator: ", ")
        return try await done(jobs.count == 1 ? "job \(names) is accepted" : "jobs \(names) are accepted", jobs)
    }

    /// A job by its number, or the newest job of a series that has a result.
    private func job(_ target: String) async throws -> Job {
        if let number = Int64(target) {
            guard let job = try await ledger.job(JobID(rawValue: number)) else {
                throw CommandFailure(.wrongUse, "there is no job \(number)")
            }
            return job
        }
        let states: Set<JobState> = [.annotated, .accepted, .corrected, .rejected]
        let jobs = try await ledger.jobs(JobFilter(states: states, series: SeriesUID(target)))
        guard let newest = jobs.last else {
            throw CommandFailure(.wrongUse, "\(target) is neither the number of a job nor a series with a result")
        }
        return newest
    }

    private func releaseStudy(ofFile number: Int64, by actor: String) async throws -> DeedOutcome {
        guard let file = try await ledger.file(FileID(rawValue: number)) else {
            throw CommandFailure(.wrongUse, "there is no file \(number)")
        }
        guard let held = file.studyUID else {
            throw CommandFailure(.wrongUse, "file \(number) belongs to no study: release the file alone")
        }
        try await ledger.release(held, by: actor)
        return DeedOutcome(.done, "the study of file \(number) is worked on when the service runs")
    }

    // MARK: - Outcomes

    private func done(_ message: String, _ ids: [JobID]) async throws -> DeedOutcome {
        var jobs: [JobReport] = []
        for id in ids {
            if let job = try await ledger.job(id) { jobs.append(JobReport(job)) }
        }
        return DeedOutcome(.done, message, jobs: jobs)
    }

    private func outcome(_ correction: Correction, isDuplicate: Bool) -> DeedOutcome {
        let report = CorrectionReport(correction)
        let name = "correction \(correction.id.rawValue)"
        let job = correction.job.map { String($0.rawValue) } ?? ""
        let status: ExitStatus
        var message: String
        switch correction.state {
        case .held:
            status = .findings
            message = "\(name) is held: \(correction.reason?.code ?? ""). \(correction.reason?.message ?? "")"
        case .received: (status, message) = (.findings, "\(name) waits to be judged")
        case .superseded: (status, message) = (.findings, "\(name) of job \(job) is known; a later one took its place")
        case .current:
            status = .done
            message = correction.isUnchanged ? "job \(job) is accepted: nothing was changed" : "job \(job) is corrected"
            message += " (\(name))"
        }
        if isDuplicate, correction.state == .current { message += "; the same file is on record already" }
        return DeedOutcome(status, message, correction: report)
    }
}
