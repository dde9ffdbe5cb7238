import Ledger
import Testing

/// The promises about what waits for people, asked of every ledger.
@Suite("Worklist", .serialized) struct WorklistLedgerSuite {
    /// Jobs with results, each in a series of its own.
    private func annotate(_ ledger: any JobLedger, _ instabilities: [Double]) async throws -> [JobID] {
        let jobs = try await ledger.queue(instabilities.count)
        for (index, instability) in instabilities.enumerated() {
            let leased = try await ledger.claim()
            let made = JobResult(
                segmentation: SegmentationFile(
                    path: "\(index).dcm",
                    digest: digest("seg \(index)"),
                    sopInstanceUID: InstanceUID("2.25.\(index + 1)")
                ),
                receiptPath: "\(index).json",
                instability: instability
            )
            try #require(try await ledger.publish(made, under: leased.lease))
        }
        return jobs.map(\.id)
    }

    private func display(_ number: Int, _ name: String) -> SeriesDisplay {
        SeriesDisplay(
            series: SeriesUID("1.9.\(number)"),
            patientName: name,
            patient: ("P\(number)", "1970-01-01", "F"),
            study: ("A\(number)", "2026-01-02", "Abdomen"),
            seriesDescription: "axial",
            searchText: "\(name.lowercased())\np\(number)\na\(number)"
        )
    }

    private func correct(_ ledger: any JobLedger, _ job: JobID, by author: String, mask: String) async throws {
        let submission = CorrectionSubmission(
            intent: .correct,
            digest: digest("\(author) \(mask)"),
            size: 1,
            storePath: "c",
            submittedBy: author,
            work: ReviewWork(
                seconds: 12.5,
                effort: [SegmentEffort(key: "a", dice: 0.5, surfaceMM: nil, addedPathMM: 3)]
            )
        )
        let id = try await ledger.receive(submission).correction.id
        let segment = CorrectionSegment(
            numbers: (1, 1),
            label: "Liver",
            status: .edited,
            match: .trackingUID,
            maskDigest: digest(mask)
        )
        let content = CorrectionContent(sopInstanceUID: InstanceUID("2.25.7\(id.rawValue)"), author: author)
        _ = try await ledger.settle(id, as: CorrectionFinding(.counts(job, segments: [segment]), content: content))
    }

    @Test(
        "What waits comes in its order, and every page goes on where the last one ended",
        arguments: LedgerKind.allCases
    )
    func whatWaitsIsOrdered(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let jobs = try await annotate(ledger, [0.1, 0.5, 0.1, 0.9, 0.3])
            try await correct(ledger, jobs[2], by: "Roe", mask: "m1")
            try await correct(ledger, jobs[2], by: "Doe", mask: "m2")
            try await ledger.decide(jobs[4], .accept, by: "rolf")
            let expected = [jobs[2], jobs[3], jobs[1], jobs[0]]
            var seen: [JobID] = []
            var after: WorklistPosition?
            repeat {
                let rows = try await ledger.worklist(WorklistQuery(.open, after: after, limit: 1))
                seen += rows.map(\.job.id)
                after = rows.last.map { WorklistPosition(rank: $0.rank, job: $0.job.id) }
            } while after != nil
            #expect(seen == expected)
            let whole = try await ledger.worklist(WorklistQuery(.open))
            #expect(whole.map(\.job.id) == expected && whole.map(\.job.isConflict) == [true, false, false, false])
            #expect(try await ledger.worklist(WorklistQuery(.state(.accepted))).map(\.job.id) == [jobs[4]])
            #expect(
                try await ledger.worklist(WorklistQuery(.waiting(.annotated))).map(\.job.id)
                    == Array(expected.dropFirst())
            )
            #expect(try await ledger.worklist(WorklistQuery(.waiting(.needsPrompt))).isEmpty)
            let counts = try await ledger.worklistCounts()
            #expect(counts.conflicts == 1 && counts.open == 4 && counts.states[.accepted] == 1)
        }
    }

    @Test("What changed last comes first where nothing waits, page by page", arguments: LedgerKind.allCases)
    func othersAreOrderedByChange(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            let jobs = try await annotate(ledger, [0.1, 0.2, 0.3, 0.4])
            for index in [2, 0, 3, 1] {
                clock.advance(by: .seconds(1))
                try await ledger.decide(jobs[index], .accept, by: "rolf")
            }
            let expected = [1, 3, 0, 2].map { jobs[$0] }
            for selection in [WorklistSelection.state(.accepted), .all] {
                var seen: [JobID] = []
                var after: WorklistPosition?
                repeat {
                    let rows = try await ledger.worklist(WorklistQuery(selection, after: after, limit: 3))
                    seen += rows.map(\.job.id)
                    after = rows.last.map { WorklistPosition(rank: $0.rank, job: $0.job.id) }
                } while after != nil
                #expect(seen == expected)
            }
        }
    }

    @Test("Words and UIDs find the jobs that they are of", arguments: LedgerKind.allCases)
    func searchFinds(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let jobs = try await annotate(ledger, [0.1, 0.2, 0.3])
            try await ledger.describe([display(1, "Roe, Jane"), display(2, "Doe, Jane")])
            func found(_ words: [String], _ uid: String? = nil) async throws -> [JobID] {
                let search = WorklistSearch(words: words, uid: uid)
                return try await ledger.worklist(WorklistQuery(.open, search: search)).map(\.job.id).sorted()
            }
            #expect(try await found(["jane"]) == [jobs[0], jobs[1]])
            #expect(try await found(["roe", "jane"]) == [jobs[0]])
            #expect(try await found(["p2"]) == [jobs[1]])
            #expect(try await found(["nobody"]) == [])
            #expect(try await found(["1.9.3"], "1.9.3") == [jobs[2]], "the series")
            #expect(try await found(["1.9.3.1"], "1.9.3.1") == [jobs[2]], "an instance")
            #expect(try await found(["2.25.2"], "2.25.2") == [jobs[1]], "a result")
            #expect(try await found(["1.2.1"], "1.2.1") == jobs, "the study")
            let row = try #require(try await ledger.worklistRow(jobs[0]))
            #expect(row.display?.patientName.value == "Roe, Jane" && row.instanceCount == 1 && row.modality == "CT")
            #expect(try await ledger.worklistRow(jobs[2])?.display == nil)
            #expect(try await ledger.undisplayedSeries(limit: 9) == [SeriesUID("1.9.3")])
        }
    }

    @Test("A row that is read for display is written over by the next reading", arguments: LedgerKind.allCases)
    func displaysAreReplaced(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            _ = try await annotate(ledger, [0.1])
            try await ledger.describe([display(1, "Roe")])
            try await ledger.describe([display(1, "Doe")])
            #expect(try await ledger.display(of: SeriesUID("1.9.1"))?.patientName.value == "Doe")
            await #expect(throws: LedgerError.self) { try await ledger.describe([display(99, "Roe")]) }
        }
    }

    @Test(
        "A summary belongs to the result that it was read from, and a new result has none",
        arguments: LedgerKind.allCases
    )
    func summariesBelongToResults(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let jobs = try await annotate(ledger, [0.1, 0.2])
            let summary = ResultSummary(reasons: [JobReason("VOLUME", message: "too much")], interest: 0.8)
            try await ledger.summarise([JobSummary(job: jobs[0], receiptPath: "0.json", summary: summary)])
            try await ledger.summarise([JobSummary(job: jobs[1], receiptPath: "old.json", summary: summary)])
            #expect(try await ledger.job(jobs[0])?.summary == summary)
            #expect(try await ledger.unsummarisedJobs(limit: 9).map(\.id) == [jobs[1]])
            #expect(
                try await ledger.worklist(WorklistQuery(.open)).map(\.job.id) == jobs,
                "interest outweighs instability"
            )
        }
    }

    @Test("Verdicts keep what they cost and what they say of segments, in their order", arguments: LedgerKind.allCases)
    func verdictsAreKept(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            let job = try await annotate(ledger, [0.1])[0]
            let segments = [SegmentVerdict(key: "a", verdict: .accept), SegmentVerdict(key: "b", verdict: .reject)]
            let work = ReviewWork(seconds: 7, segments: segments)
            for _ in 1...2 { try await ledger.decide(job, .accept, by: "rolf", work: work) }
            clock.advance(by: .seconds(1))
            try await correct(ledger, job, by: "Roe", mask: "m")
            try await ledger.decide(job, .reject("wrong organ"), by: "anna")
            let verdicts = try await ledger.verdicts(of: job)
            #expect(verdicts.map(\.verdict) == [.accepted, .corrected, .rejected])
            #expect(verdicts.map(\.reviewer) == ["rolf", "Roe", "anna"])
            #expect(verdicts[0].work == work && verdicts[2].work == .unknown)
            #expect(verdicts[1].work.seconds == 12.5 && verdicts[1].work.effort.first?.addedPathMM == 3)
            #expect(verdicts[1].detail == "correction 1" && verdicts[2].reason == "wrong organ")
            #expect(verdicts.allSatisfy { $0.modelDigest == digest("model") })
            #expect(try await ledger.correction(CorrectionID(rawValue: 1))?.work.seconds == 12.5)
        }
    }

    @Test("The same verdict with another word on a segment is another verdict", arguments: LedgerKind.allCases)
    func segmentsMakeAnotherVerdict(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let job = try await annotate(ledger, [0.1])[0]
            for verdict in [SegmentVerdict.Decision.accept, .reject, .reject] {
                let work = ReviewWork(segments: [SegmentVerdict(key: "a", verdict: verdict)])
                try await ledger.decide(job, .accept, by: "rolf", work: work)
            }
            #expect(try await ledger.verdicts(of: job).count == 2)
        }
    }

    @Test(
        "Studies have numbers by which they are found, in the order in which they came",
        arguments: LedgerKind.allCases
    )
    func studiesAreNumbered(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            for number in 1...3 {
                try await ledger.drop(Sample("1.5.\(number).1").inSeries("1.5.\(number)").inStudy("1.5.\(number).0"))
            }
            for number in 1...3 {
                let study = try #require(try await ledger.study(withNumber: StudyNumber(rawValue: Int64(number))))
                #expect(study.uid == StudyUID("1.5.\(number).0"))
                #expect(try await ledger.studyNumber(study.uid)?.rawValue == Int64(number))
            }
            #expect(try await ledger.study(withNumber: StudyNumber(rawValue: 4)) == nil)
        }
    }

    @Test("What is held is listed from the newest on", arguments: LedgerKind.allCases)
    func heldFilesAreListed(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            var files: [FileID] = []
            for number in 1...4 {
                let file = try #require(try await ledger.record([sighting("f\(number)")], in: "incoming").first)
                try await ledger.resolve([FileResolution(file: file.id, outcome: .quarantined("NOT_DICOM"))])
                files.append(file.id)
            }
            let first = try await ledger.quarantine(before: nil, limit: 3).map(\.id)
            #expect(first == files.reversed().prefix(3).map { $0 })
            #expect(try await ledger.quarantine(before: first.last, limit: 3).map(\.id) == [files[0]])
        }
    }

    @Test("The audit's end only moves on, and results are counted by the hour", arguments: LedgerKind.allCases)
    func endsAndHours(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            try await ledger.remember(AuditAnchor(number: 5, digest: digest("five")))
            try await ledger.remember(AuditAnchor(number: 4, digest: digest("four")))
            #expect(try await ledger.auditAnchor() == AuditAnchor(number: 5, digest: digest("five")))
            #expect(try await ledger.lastEvent() == nil)
            let start = clock.now()
            _ = try await annotate(ledger, [0.1, 0.2])
            let counts = try await ledger.resultCounts(since: start)
            #expect(counts.values.reduce(0, +) == 2)
            #expect(counts.keys.allSatisfy { $0.milliseconds.isMultiple(of: 3_600_000) })
            clock.advance(by: .seconds(1))
            #expect(try await ledger.resultCounts(since: clock.now()).isEmpty)
            #expect(try await ledger.lastEvent() == ledger.events(after: nil, limit: .max).last?.id)
        }
    }
}
