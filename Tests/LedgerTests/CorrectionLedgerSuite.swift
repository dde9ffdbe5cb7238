import Ledger
import Testing

/// The promises about corrections and decisions, asked of every ledger.
@Suite("Corrections", .serialized) struct CorrectionLedgerSuite {
    private func submission(
        _ name: String,
        _ intent: CorrectionIntent = .correct,
        file: FileID? = nil,
        by user: String = "folder corrected"
    ) -> CorrectionSubmission {
        CorrectionSubmission(
            intent: intent,
            digest: digest(name),
            size: 10,
            storePath: "corrections/\(name)",
            file: file,
            submittedBy: user
        )
    }

    private func content(_ name: String, author: String?, from predecessors: [String] = []) -> CorrectionContent {
        CorrectionContent(
            sopInstanceUID: InstanceUID("2.25.\(name.count)\(name.utf8.reduce(0) { $0 + Int($1) })"),
            names: (author, nil, nil),
            author: author,
            contentDate: "20260102",
            contentTime: "101112",
            predecessors: predecessors.map { InstanceUID($0) }
        )
    }

    private func segment(_ status: CorrectionSegment.Status, _ mask: String) -> CorrectionSegment {
        CorrectionSegment(
            numbers: (1, 1),
            label: "Liver",
            trackingUID: "2.25.1",
            codes: (nil, CodeTriplet(value: "10200004", scheme: "SCT", meaning: "Liver"), []),
            status: status,
            match: .trackingUID,
            comparison: (0.9, 12),
            maskDigest: digest(mask)
        )
    }

    private func annotated(_ ledger: any JobLedger) async throws -> JobID {
        _ = try await ledger.queue(1)
        let leased = try await ledger.claim()
        try #require(try await ledger.publish(result(), under: leased.lease))
        return leased.job.id
    }

    /// Hands in a file and has it count.
    @discardableResult
    private func count(
        _ name: String,
        _ job: JobID,
        mask: String,
        author: String?,
        status: CorrectionSegment.Status = .edited,
        from predecessors: [String] = [],
        in ledger: any JobLedger
    ) async throws -> Correction {
        let file = try #require(try await ledger.record([sighting(name)], in: "corrected").first)
        let received = try await ledger.receive(submission(name, file: file.id)).correction
        let verdict = CorrectionFinding.Verdict.counts(job, segments: [segment(status, mask)])
        let content = content(name, author: author, from: predecessors)
        return try await ledger.settle(received.id, as: CorrectionFinding(verdict, content: content))
    }

    @Test(
        "A correction is on record as it was found, and its job is corrected by its author",
        arguments: LedgerKind.allCases
    )
    func correctionsAreRecorded(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            let job = try await annotated(ledger)
            clock.advance(by: .seconds(5))
            let counted = try await count("a", job, mask: "m", author: "Roe^Rita", in: ledger)
            #expect(counted.state == .current)
            #expect(counted.settled == clock.now())
            #expect(try await ledger.correction(counted.id) == counted)
            #expect(try await ledger.corrections(CorrectionFilter(states: [.current], job: job)) == [counted])
            let uid = try #require(counted.content).sopInstanceUID
            #expect(try await ledger.correction(withSegmentation: uid) == counted)
            let reviewed = try #require(try await ledger.job(job))
            #expect(reviewed.state == .corrected)
            #expect(reviewed.review == JobReview(by: "Roe^Rita", at: clock.now()))
            #expect(try await ledger.job(withSegmentation: result().segmentation?.sopInstanceUID ?? uid)?.id == job)
            #expect(try await ledger.correctionCounts() == [.current: 1])
            #expect(try await ledger.correctionCounts(of: .reject) == [:])
            #expect(try await ledger.settledCorrectionCount() == 1)
            let before = Timestamp(milliseconds: clock.now().milliseconds - 1)
            #expect(try await ledger.reviewCounts(after: before) == [.corrected: 1])
            #expect(try await ledger.reviewCounts(after: clock.now()) == [:])
            let history = try await ledger.events(of: .correction(counted.id))
            #expect(history.map(\.action) == ["receive", "count"])
            #expect(history.map(\.actor) == ["folder corrected", "Roe^Rita"])
        }
    }

    @Test("The same bytes are one row, and settling it twice is one review", arguments: LedgerKind.allCases)
    func repetitionChangesNothing(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let job = try await annotated(ledger)
            let files = try await ledger.record([sighting("x"), sighting("y")], in: "corrected")
            let first = try await ledger.receive(submission("a", file: files[0].id))
            let again = try await ledger.receive(submission("a", file: files[1].id))
            #expect(!first.isDuplicate && again.isDuplicate)
            #expect(first.correction.id == again.correction.id)
            #expect(try await ledger.file(files[0].id)?.outcome.state == .stored)
            #expect(try await ledger.file(files[1].id)?.outcome.state == .duplicate)
            let verdict = CorrectionFinding.Verdict.counts(job, segments: [segment(.edited, "m")])
            let settled = try await ledger.settle(first.correction.id, as: CorrectionFinding(verdict))
            let repeated = try await ledger.settle(first.correction.id, as: CorrectionFinding(.held(JobReason("X"))))
            #expect(repeated == settled)
            #expect(try await ledger.events(of: .job(job)).filter { $0.action == "correct" }.count == 1)
            // As a rejection the same bytes say something else.
            #expect(try await !ledger.receive(submission("a", .reject)).isDuplicate)
        }
    }

    @Test("A held correction keeps its reason until a person releases it", arguments: LedgerKind.allCases)
    func heldCorrectionsWait(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let received = try await ledger.receive(submission("a")).correction
            let reason = JobReason("UNKNOWN_SERIES", message: "not ours")
            let held = try await ledger.settle(received.id, as: CorrectionFinding(.held(reason)))
            #expect(held.state == .held)
            #expect(held.reason == reason)
            #expect(
                try await ledger.receive(submission("a")).correction.state == .received,
                "handed in anew by a person"
            )
            _ = try await ledger.settle(received.id, as: CorrectionFinding(.held(reason)))
            let files = try await ledger.record([sighting("x")], in: "corrected")
            #expect(try await ledger.receive(submission("a", file: files[0].id)).correction.state == .held)
            let released = try await ledger.release(held.id, matchingByNumber: true, by: "anna")
            #expect(released.matchesByNumber && released.state == .received && released.reason == nil)
            #expect(try await ledger.release(held.id, matchingByNumber: true, by: "anna") == released)
            let job = try await annotated(ledger)
            let verdict = CorrectionFinding.Verdict.counts(job, segments: [segment(.unchanged, "m")])
            #expect(try await ledger.settle(held.id, as: CorrectionFinding(verdict)).isUnchanged)
            #expect(try await ledger.job(job)?.state == .accepted)
            await #expect(throws: LedgerError.self) {
                _ = try await ledger.release(held.id, matchingByNumber: false, by: "anna")
            }
        }
    }

    @Test("A correction of a job without a result is held", arguments: LedgerKind.allCases)
    func jobsWithoutAResultHoldCorrections(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let job = try #require(try await ledger.queue(1).first)
            let held = try await count("a", job.id, mask: "m", author: nil, in: ledger)
            #expect(held.reason?.code == "NO_RESULT")
            #expect(try await ledger.job(job.id)?.state == .queued)
        }
    }

    @Test(
        "A newer word of the same author, or one made from it, takes a correction's place; others stay",
        arguments: LedgerKind.allCases
    )
    func onlyOnesOwnWordIsReplaced(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let job = try await annotated(ledger)
            let roe = try await count("a", job, mask: "m1", author: "Roe", in: ledger)
            let doe = try await count("b", job, mask: "m2", author: "Doe", in: ledger)
            func states() async throws -> [CorrectionState] {
                try await ledger.corrections(CorrectionFilter(job: job)).map(\.state)
            }
            #expect(try await states() == [.current, .current])
            #expect(Correction.conflict(among: try await ledger.corrections(CorrectionFilter(job: job))))
            let second = try await count("c", job, mask: "m3", author: "Roe", in: ledger)
            #expect(try await states() == [.superseded, .current, .current])
            #expect(try await ledger.correction(roe.id)?.supersededBy == second.id)
            let predecessor = try #require(doe.content).sopInstanceUID.rawValue
            try await count("d", job, mask: "m3", author: "Poe", from: [predecessor], in: ledger)
            #expect(try await states() == [.superseded, .superseded, .current, .current])
            #expect(!Correction.conflict(among: try await ledger.corrections(CorrectionFilter(job: job))))
            try await count("e", job, mask: "m4", author: nil, in: ledger)
            try await count("f", job, mask: "m5", author: nil, in: ledger)
            #expect(try await states().suffix(2) == [.current, .current], "nobody's word replaces nobody's")
        }
    }

    @Test(
        "A decision between corrections sets the others aside, and repeating it does nothing",
        arguments: LedgerKind.allCases
    )
    func decisionsSettleConflicts(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let job = try await annotated(ledger)
            let roe = try await count("a", job, mask: "m1", author: "Roe", in: ledger)
            let doe = try await count("b", job, mask: "m2", author: "Doe", in: ledger)
            let refused = await #expect(throws: LedgerError.self) {
                try await ledger.decide(job, .accept, by: "chief")
            }
            #expect(refused?.code == .illegalTransition)
            for _ in 1...2 { try await ledger.decide(job, .acceptCorrection(roe.id), by: "chief") }
            #expect(try await ledger.correction(doe.id)?.supersededBy == roe.id)
            #expect(try await ledger.job(job)?.state == .corrected)
            #expect(try await ledger.events(of: .job(job)).filter { $0.actor == "chief" }.count == 1)
            // A mind may change: what was set aside counts again.
            try await ledger.decide(job, .acceptCorrection(doe.id), by: "chief")
            #expect(try await ledger.correction(doe.id)?.state == .current)
            #expect(try await ledger.correction(roe.id)?.state == .superseded)
            for _ in 1...2 { try await ledger.decide(job, .acceptResult, by: "chief") }
            #expect(try await ledger.job(job)?.state == .accepted)
            #expect(try await ledger.corrections(CorrectionFilter(states: [.current], job: job)) == [])
            for _ in 1...2 { try await ledger.decide(job, .reject("the wrong organ"), by: "chief") }
            #expect(try await ledger.job(job)?.reason?.message == "the wrong organ")
            try await ledger.decide(job, .accept, by: "anna")
            #expect(try await ledger.job(job)?.reason == nil)
            #expect(try await ledger.events(of: .job(job)).filter { $0.actor == "chief" }.count == 4)
            await #expect(throws: LedgerError.self) {
                try await ledger.decide(job, .acceptCorrection(CorrectionID(rawValue: 99)), by: "chief")
            }
            await #expect(throws: LedgerError.self) {
                try await ledger.decide(JobID(rawValue: 99), .accept, by: "chief")
            }
        }
    }

    @Test("Files of one folder are not those of another", arguments: LedgerKind.allCases)
    func rootsAreApart(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            _ = try await ledger.record([sighting("a")], in: "incoming")
            _ = try await ledger.record([sighting("b")], in: "corrected")
            #expect(try await ledger.files(FileFilter(root: "corrected")).map(\.path) == [DroppedPath("b")])
            #expect(try await ledger.files(FileFilter()).count == 2)
        }
    }
}
