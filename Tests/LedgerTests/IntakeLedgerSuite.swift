import Ledger
import Testing

/// The promises to ingest, asked of every ledger.
@Suite("Intake", .serialized) struct IntakeLedgerSuite {
    @Test("A name is put on record once, and other bytes under it are another file", arguments: LedgerKind.allCases)
    func sightingsAreIdempotent(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let raw = FileSighting(
                path: DroppedPath(bytes: [0xFF, 0xFE, 0x2E]),
                fingerprint: FileFingerprint(size: 1, modified: -5, inode: .max)
            )
            let first = try await ledger.record([raw, sighting("a")], in: "incoming")
            #expect(first.map(\.path) == [raw.path, DroppedPath("a")])
            #expect(first.first?.fingerprint == raw.fingerprint)
            #expect(try await ledger.record([raw, sighting("a")], in: "incoming") == first)
            #expect(try await ledger.record([sighting("a")], in: "other").first?.id != first.last?.id)

            // Still pending: it grows, and stays the same file.
            let grown = try await ledger.record([sighting("a", size: 200)], in: "incoming")
            #expect(grown.map(\.id) == first.dropFirst().map(\.id))
            #expect(grown.first?.fingerprint.size == 200)

            let id = try #require(grown.first).id
            try await ledger.resolve([FileResolution(file: id, outcome: .ignored("NOT_DICOM"))])
            let next = try #require(try await ledger.record([sighting("a", size: 300)], in: "incoming").first)
            #expect(next.id != id)
            #expect(next.outcome == .pending())
            #expect(try await ledger.file(id)?.isCurrent == false)
            #expect(try await ledger.file(id)?.outcome == .ignored("NOT_DICOM"))
            #expect(try await ledger.file(at: DroppedPath("a"), in: "incoming")?.id == next.id)
        }
    }

    @Test("The tallies add up to the files seen", arguments: LedgerKind.allCases)
    func talliesAddUp(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let files = try await ledger.record(["a", "b", "c", "d"].map { sighting($0) }, in: "incoming").map(\.id)
            try await ledger.resolve([
                FileResolution(file: files[0], outcome: .ignored("NOT_DICOM")),
                FileResolution(file: files[1], outcome: .quarantined("MALFORMED"), copy: "quarantine/x"),
                FileResolution(file: files[2], outcome: .pending("ACCESS_DENIED")),
            ])
            try await ledger.drop(Sample("1.2.3"))
            try await ledger.drop(Sample("1.2.3"), as: "again")
            try await ledger.withdraw([files[3]])
            let tallies = Set(try await ledger.fileTallies())
            #expect(
                tallies == [
                    FileTally(state: .ignored, reason: "NOT_DICOM", count: 1),
                    FileTally(state: .quarantined, reason: "MALFORMED", count: 1),
                    FileTally(state: .pending, reason: "ACCESS_DENIED", count: 1),
                    FileTally(state: .stored, reason: nil, count: 1),
                    FileTally(state: .duplicate, reason: "DUPLICATE_SAME", count: 1),
                ]
            )
            #expect(
                try await ledger.files(FileFilter(states: [.ignored, .quarantined])).map(\.id) == Array(files[0...1])
            )
            #expect(try await ledger.files(FileFilter(reason: "MALFORMED")).map(\.copy) == ["quarantine/x"])
            #expect(try await ledger.files(FileFilter(limit: 2)).count == 2)
        }
    }

    @Test("A file that is gone keeps its record, and its name is free for another", arguments: LedgerKind.allCases)
    func goneFilesFreeTheirNames(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let sightings = [sighting("judged"), sighting("waiting")]
            let files = try await ledger.record(sightings, in: "incoming").map(\.id)
            try await ledger.resolve([FileResolution(file: files[0], outcome: .ignored("ARCHIVE"))])
            try await ledger.withdraw(files)
            #expect(try await ledger.files(FileFilter(currentOnly: true)) == [])
            #expect(try await ledger.file(files[0])?.outcome == .ignored("ARCHIVE"))
            #expect(try await ledger.fileTallies().map(\.reason) == ["ARCHIVE"])
            // The file system gives an inode out again: the same fingerprint need not be the same file.
            let next = try await ledger.record(sightings, in: "incoming")
            #expect(Set(next.map(\.id)).isDisjoint(with: files))
            #expect(next.map(\.outcome) == [.pending(), .pending()])
        }
    }

    @Test("A judged file is not judged otherwise, and nothing of the call is kept", arguments: LedgerKind.allCases)
    func finalStatesHold(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            let files = try await ledger.record([sighting("a"), sighting("b")], in: "incoming").map(\.id)
            try await ledger.resolve([FileResolution(file: files[0], outcome: .quarantined("BAD_UID"))])
            let error = await #expect(throws: LedgerError.self) {
                try await ledger.resolve([
                    FileResolution(file: files[1], outcome: .ignored("ARCHIVE")),
                    FileResolution(file: files[0], outcome: .ignored("ARCHIVE")),
                ])
            }
            #expect(error?.code == .illegalTransition)
            #expect(try await ledger.file(files[1])?.outcome == .pending())
            try await ledger.resolve([
                FileResolution(
                    file: files[1],
                    outcome: .quarantined("BAD_UID"),
                    digest: digest("b"),
                    copy: "quarantine/b"
                )
            ])
            for file in files { try await ledger.release(file, by: "anna") }
            #expect(try await ledger.files(FileFilter(states: [.pending])).map(\.id) == files)
            #expect(try await ledger.files(FileFilter(states: [.pending], examinedOnly: true)).map(\.id) == [files[1]])
        }
    }

    @Test("The same bytes are a duplicate, other bytes of a known instance a conflict", arguments: LedgerKind.allCases)
    func instancesAreKeptOnce(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            #expect(try await ledger.drop(Sample("1.2.3")).state == .stored)
            #expect(try await ledger.drop(Sample("1.2.3"), as: "again") == .duplicate)
            let other = try await ledger.drop(Sample("1.2.3", bytes: "changed"))
            #expect(other.state == .quarantined)
            #expect(other.reason == "UID_CONFLICT")
            let kept = try #require(try await ledger.instance(InstanceUID("1.2.3")))
            #expect(kept.digest == digest("1.2.3"))
            #expect(kept.flags == ["LOSSY", "NO_META"])
            #expect(kept.header == [0, 255, 10])
            #expect(kept.identity.modality == "CT")
            #expect(try await ledger.instance(withDigest: digest("changed")) == nil)
            #expect(try await ledger.series(SeriesUID("1.2.1.1"))?.instanceCount == 1)
            #expect(try await ledger.study(StudyUID("1.2.1"))?.state == .open)
        }
    }

    @Test(
        "Identities that do not agree hold every study concerned",
        arguments: LedgerKind.allCases,
        [
            Sample("1.2.4").ofPatient("P2"),
            Sample("1.2.4").inStudy("1.2.2"),
            Sample("1.2.3", bytes: "changed").inStudy("1.2.2").inSeries("1.2.2.1"),
            Sample("1.2.3", bytes: "changed").inSeries("1.2.1.2"),
        ]
    )
    func conflictsHoldTheStudy(kind: LedgerKind, stranger: Sample) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            try await ledger.planAll()
            let leased = try await ledger.claim()
            #expect(try await ledger.drop(stranger).reason == "IDENTITY_CONFLICT")

            #expect(try await ledger.fileTallies().map(\.reason) == ["IDENTITY_CONFLICT"])
            #expect(try await ledger.fileTallies().map(\.count) == [2])
            #expect(try await ledger.study(StudyUID("1.2.1"))?.state == .held)
            #expect(try await ledger.study(StudyUID(stranger.study))?.state == .held)
            #expect(try await ledger.series(SeriesUID("1.2.1.1"))?.state == .held)
            #expect(try await ledger.job(leased.job.id)?.state == .cancelled)
            #expect(try await ledger.publish(result(), under: leased.lease) == false)
            #expect(try await ledger.receivingSeries() == [])

            // Whatever else arrives for the study waits with it.
            #expect(try await ledger.drop(Sample("1.2.5")).reason == "IDENTITY_CONFLICT")
            #expect(try await ledger.drop(Sample("1.2.3"), as: "again") == .duplicate)
        }
    }

    @Test("A person's release puts a held study back to work with what is stored", arguments: LedgerKind.allCases)
    func heldStudiesAreReleased(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let job = try #require(try await ledger.planAll().first)
            try await ledger.drop(Sample("1.2.4").ofPatient("P2"))
            let early = await #expect(throws: LedgerError.self) {
                try await ledger.release(FileID(rawValue: 1), by: "anna")
            }
            #expect(early?.code == .illegalTransition)
            try await ledger.release(StudyUID("1.2.1"), by: "anna")
            #expect(try await ledger.file(FileID(rawValue: 1))?.outcome.state == .stored)
            #expect(try await ledger.file(FileID(rawValue: 2))?.outcome.reason == "IDENTITY_CONFLICT")
            #expect(try await ledger.receivingSeries().map(\.uid) == [SeriesUID("1.2.1.1")])
            let again = try await ledger.planAll()
            #expect(again.map(\.id) == [job.id])
            #expect(again.map(\.state) == [.queued])
        }
    }

    @Test("A preview answers as the admission would and changes nothing", arguments: LedgerKind.allCases)
    func previewsChangeNothing(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let candidates = [
                try await ledger.candidate(Sample("1.2.4")),
                try await ledger.candidate(Sample("1.2.4"), as: "again"),
                try await ledger.candidate(Sample("1.2.5").ofPatient("P2")),
            ]
            let events = try await ledger.events(after: nil, limit: .max)
            let preview = try await ledger.previewAdmission(candidates)
            #expect(preview.map(\.state) == [.stored, .duplicate, .quarantined])
            #expect(try await ledger.events(after: nil, limit: .max) == events)
            #expect(try await ledger.study(StudyUID("1.2.1"))?.state == .open)
            #expect(try await ledger.instance(InstanceUID("1.2.4")) == nil)
            #expect(try await ledger.admit(candidates) == preview)
        }
    }

    @Test(
        "The same set, profile and model make one job, however often they are planned",
        arguments: LedgerKind.allCases
    )
    func jobsAreUnique(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let first = try await ledger.planAll()
            #expect(try await ledger.series(in: [.planned]).map(\.flags) == [["GAPS 1", "LOSSY"]])
            for _ in 1...3 {
                try await ledger.reopen(SeriesUID("1.2.1.1"), by: "anna")
                #expect(try await ledger.planAll().map(\.id) == first.map(\.id))
            }
            #expect(try await ledger.jobs(JobFilter()).count == 1)
            #expect(try await ledger.series(SeriesUID("1.2.1.1"))?.revision == 4)
        }
    }

    @Test("A late slice supersedes a queued job", arguments: LedgerKind.allCases)
    func lateSlicesSupersedeQueuedJobs(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let old = try #require(try await ledger.planAll().first)
            try await ledger.drop(Sample("1.2.4"))
            #expect(try await ledger.series(SeriesUID("1.2.1.1"))?.state == .receiving)
            let new = try #require(try await ledger.planAll().first)
            #expect(new.id != old.id)
            let superseded = try #require(try await ledger.job(old.id))
            #expect(superseded.state == .cancelled)
            #expect(superseded.reason == .superseded)
            #expect(superseded.supersededBy == new.id)
            #expect(try await ledger.claim().instances.count == 2)
            #expect(try await ledger.claimNext(by: WorkerID("w2"), leaseFor: .seconds(60)) == nil)
        }
    }

    @Test("A late slice fences off a running job, and marks an annotated one", arguments: LedgerKind.allCases)
    func lateSlicesReachStartedJobs(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            try await ledger.planAll()
            let running = try await ledger.claim()
            try await ledger.drop(Sample("1.2.4"))
            try await ledger.planAll()
            #expect(try await ledger.publish(result("old"), under: running.lease) == false)

            let second = try await ledger.claim()
            #expect(try await ledger.publish(result("second"), under: second.lease))
            try await ledger.drop(Sample("1.2.5"))
            let third = try #require(try await ledger.planAll().first)
            let annotated = try #require(try await ledger.job(second.job.id))
            #expect(annotated.state == .annotated)
            #expect(annotated.supersededBy == third.id)
            try await ledger.review(annotated.id, .rejected, by: "anna")
        }
    }

    @Test("A job that a person withdrew is not queued by a plan", arguments: LedgerKind.allCases)
    func plansRespectPeople(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let job = try #require(try await ledger.planAll().first)
            try await ledger.cancel(job.id, reason: JobReason("BY_PERSON"), by: "anna")
            try await ledger.reopen(job.series, by: "anna")
            #expect(try await ledger.planAll().map(\.state) == [.cancelled])
        }
    }

    @Test("Going back to an earlier profile queues its job again", arguments: LedgerKind.allCases)
    func supersededJobsComeBack(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let liver = try #require(try await ledger.planAll(profile: "liver").first)
            try await ledger.reopen(liver.series, by: "anna")
            let spleen = try #require(try await ledger.planAll(profile: "spleen").first)
            try await ledger.reopen(liver.series, by: "anna")
            #expect(try await ledger.planAll(profile: "liver").map(\.id) == [liver.id])
            #expect(try await ledger.job(liver.id)?.state == .queued)
            #expect(try await ledger.job(liver.id)?.supersededBy == nil)
            #expect(try await ledger.job(spleen.id)?.state == .cancelled)
        }
    }

    @Test("A plan for a set that has grown since is refused", arguments: LedgerKind.allCases)
    func stalePlansAreRefused(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let stale = SeriesPlan(
                series: SeriesUID("1.2.1.1"),
                instanceCount: 1,
                decision: .unmatched(reason: "NO_PROFILE", message: nil)
            )
            try await ledger.drop(Sample("1.2.4"))
            #expect(try await ledger.plan(stale) == nil)
            #expect(try await ledger.series(SeriesUID("1.2.1.1"))?.state == .receiving)
        }
    }

    @Test("A series that no profile matches says why", arguments: LedgerKind.allCases)
    func unmatchedSeriesSayWhy(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, _ in
            try await ledger.drop(Sample("1.2.3"))
            let decision = SeriesPlan.Decision.unmatched(reason: "NO_PROFILE", message: "modality is MR")
            let plan = SeriesPlan(series: SeriesUID("1.2.1.1"), instanceCount: 1, decision: decision)
            #expect(try await ledger.plan(plan) == [])
            let series = try #require(try await ledger.series(in: [.unmatched]).first)
            #expect(series.reason == "NO_PROFILE")
            #expect(series.message == "modality is MR")
            #expect(series.flags == [])
            #expect(try await ledger.plan(plan) == nil)
            try await ledger.drop(Sample("1.2.4"))
            #expect(try await ledger.series(in: [.receiving]).map(\.reason) == [nil])
        }
    }

    @Test("Each change leaves an event that says who did what", arguments: LedgerKind.allCases)
    func changesLeaveEvents(kind: LedgerKind) async throws {
        try await kind.withLedger { ledger, clock in
            try await ledger.drop(Sample("1.2.3"))
            let job = try #require(try await ledger.planAll().first)
            clock.advance(by: .seconds(5))
            let leased = try await ledger.claim("w7")
            #expect(try await ledger.publish(result(), under: leased.lease))
            let events = try await ledger.events(after: nil, limit: .max)
            #expect(events.map(\.action) == ["stored", "enqueue", "planned", "claim", "annotate"])
            #expect(events.map(\.actor) == ["ingest", "ingest", "ingest", "w7", "w7"])
            #expect(events.last?.subject == .job(job.id))
            #expect(events.last?.time == clock.now())
            #expect(try await ledger.events(after: events[2].id, limit: 1) == [events[3]])
        }
    }
}
