import Corrections
import DurableFiles
import Foundation
import Ingest
import Ledger
import LedgerSQLite
import TestSupport
import Testing

/// How files come in: whole, once, and without a touch on the originals.
@Suite struct CorrectionIntakeTests {
    @Test("Files at any depth and under names that are no text are taken in, and stay as they are")
    func anyNameAndDepth() async throws {
        try await CorrectionBench.run { bench in
            let bytes = try ConformanceSeries.correction("tracked")
            let path = bench.corrected.appending("x/y/z").appending(RawPath(bytes: [0xFF, 0x0A, 0x2D]))
            try AtomicFile.createFolder(path.parent)
            try AtomicFile.write(bytes, to: path)
            #expect(try await bench.settle().judged.map(\.state) == [.current])
            #expect(try ReadOnlyFile(path).readAll() == bytes)
            #expect(try await bench.intake().round().judged == [])
        }
    }

    @Test("A file counts once it has settled, not before")
    func filesSettle() async throws {
        try await CorrectionBench.run { bench in
            let bytes = try ConformanceSeries.correction("tracked")
            try bench.drop(Array(bytes.prefix(1_000)))
            let intake = try bench.intake()
            _ = try await intake.round()
            bench.clock.advance(by: .seconds(9))
            try bench.drop(bytes)
            #expect(try await intake.round().received == 0)
            bench.clock.advance(by: .seconds(9))
            #expect(try await intake.round().received == 0)
            bench.clock.advance(by: .seconds(1))
            #expect(try await intake.round().judged.map(\.state) == [.current])
        }
    }

    @Test("The same bytes are one correction, whatever they are called and however they come")
    func sameBytesAreOneCorrection() async throws {
        try await CorrectionBench.run { bench in
            let bytes = try ConformanceSeries.correction("tracked")
            try bench.drop(bytes, as: "a.dcm")
            try bench.drop(bytes, as: "b/c.dcm")
            try await bench.settle()
            let file = bench.corrected.appending("a.dcm")
            let receipt = try await bench.intake().submit(file, .correct, byNumber: false, from: "anna")
            #expect(receipt.isDuplicate)
            #expect(try await bench.corrections().map(\.state) == [.current])
            let files = try await bench.ledger.files(FileFilter(root: "corrected"))
            #expect(Set(files.map(\.outcome.state)) == [.stored, .duplicate])
            #expect(try await bench.ledger.events(of: .job(bench.job)).filter { $0.action == "correct" }.count == 1)
        }
    }

    @Test("Where the site wants it originals go, after their copies are safe")
    func originalsGoWhereTheSiteWantsIt() async throws {
        try await CorrectionBench.run { bench in
            bench.configuration.deletesAfterIngest = true
            #expect(try await bench.judged(try ConformanceSeries.correction("tracked")).state == .current)
            #expect(try FolderScan.files(below: bench.corrected) == [])
            try await bench.checkFiles()
        }
    }

    @Test("Links and pipes are ignored, and a copy in progress that never ends is held")
    func oddFilesAreNamed() async throws {
        try await CorrectionBench.run { bench in
            bench.configuration.incompleteTimeout = .seconds(20)
            let link = bench.corrected.appending("link.dcm")
            _ = link.withCString { symlink("/etc/passwd", $0) }
            _ = bench.corrected.appending("pipe").withCString { mkfifo($0, 0o600) }
            try bench.drop(try ConformanceSeries.correction("tracked"), as: "a.dcm.part")
            try await bench.settle()
            bench.clock.advance(by: .seconds(20))
            _ = try await bench.intake().round()
            let held = try #require(try await bench.corrections().first)
            #expect(held.reason?.code == "INCOMPLETE_TIMEOUT")
            let ignored = try await bench.ledger.files(FileFilter(states: [.ignored], root: "corrected"))
            #expect(ignored.map(\.outcome.reason) == ["NOT_REGULAR", "NOT_REGULAR"])
        }
    }

    @Test("A copy of a result in the rejected folder rejects it; anything else there is held")
    func rejectedFolderRejects() async throws {
        try await CorrectionBench.run { bench in
            let copy = try ReadOnlyFile(bench.results.appending(bench.result.path)).readAll()
            try bench.drop(copy, as: "no.dcm", into: bench.rejected)
            #expect(try await bench.settle().judged.map(\.state) == [.current])
            let job = try #require(try await bench.ledger.job(bench.job))
            #expect(job.state == .rejected)
            #expect(job.reason?.code == "REJECTED")
            #expect(job.review?.reviewer == "folder rejected")
            try bench.drop(try ConformanceSeries.correction("tracked"), as: "other.dcm", into: bench.rejected)
            #expect(try await bench.settle().judged.map(\.reason?.code) == ["NOT_A_RESULT"])
            // The same bytes among the corrections are another matter: a person has changed their mind.
            #expect(try await bench.judged(copy).isUnchanged)
            #expect(try await bench.state() == .accepted)
            try await bench.checkFiles()
        }
    }

    @Test("Two people's corrections are both kept; the same person's newer one takes the older one's place")
    func peopleDoNotOverwriteEachOther() async throws {
        try await CorrectionBench.run { bench in
            try bench.drop(try ConformanceSeries.correction("tracked"), as: "roe.dcm")
            try await bench.settle()
            try bench.drop(try ConformanceSeries.correction("second_reader_TRACKED"), as: "doe.dcm")
            try await bench.settle()
            var corrections = try await bench.corrections()
            #expect(corrections.map(\.state) == [.current, .current])
            #expect(corrections.map(\.author) == ["Roe^Rita", "Doe^Dora"])
            #expect(!Correction.conflict(among: corrections), "the same masks are no conflict")

            try bench.drop(try ConformanceSeries.correction("spleen_removed"), as: "roe2.dcm")
            try await bench.settle()
            corrections = try await bench.corrections()
            #expect(corrections.map(\.state) == [.superseded, .current, .current])
            #expect(corrections[0].supersededBy == corrections[2].id)
            #expect(Correction.conflict(among: corrections))
            #expect(try await cases(bench).eligible == [])
            #expect(try await cases(bench).ineligible.map(\.cause) == [.conflict])

            await #expect(throws: LedgerError.self) {
                try await bench.ledger.decide(bench.job, .accept, by: "chief")
            }
            try await bench.ledger.decide(bench.job, .acceptCorrection(corrections[1].id), by: "chief")
            #expect(try await bench.corrections().map(\.state) == [.superseded, .current, .superseded])
            let found = try #require(try await cases(bench).eligible.first)
            #expect(found.correction?.author == "Doe^Dora")
            #expect(found.review.reviewer == "chief")
            try await bench.checkFiles()
        }
    }

    @Test("A reviewed case says what to learn from, and where it lies")
    func casesAreComplete() async throws {
        try await CorrectionBench.run { bench in
            #expect(try await cases(bench).eligible == [], "an annotated job is no case")
            let bytes = try ConformanceSeries.correction("tracked")
            let correction = try await bench.judged(bytes)
            let found = try #require(try await cases(bench).eligible.first)
            #expect(found.verdict == .corrected)
            #expect(found.images.count == 10)
            for image in found.images { #expect(try SHA256Digest(ofFile: image.path).hex == image.digest.hex) }
            let truth = try #require(found.truth)
            #expect(try ReadOnlyFile(truth.path).readAll() == bytes)
            #expect(found.segments.map(\.status) == [.edited, .unchanged])
            #expect(found.correction?.id == correction.id)
            #expect(found.profile == ProfileReference(id: "liver", version: "1"))
            #expect(!found.manufacturer.isEmpty && !found.manufacturerModelName.isEmpty)
            let elsewhere = try await ReviewedCases(
                bench.ledger,
                .init(store: bench.store, results: bench.results, salt: "b")
            )
            #expect(elsewhere.eligible.first?.patientKey != found.patientKey)

            try await bench.ledger.decide(bench.job, .acceptResult, by: "anna")
            let accepted = try #require(try await cases(bench).eligible.first)
            #expect(accepted.verdict == .accepted)
            #expect(accepted.truth == accepted.result)
            #expect(accepted.correction == nil)
            try await bench.ledger.decide(bench.job, .reject("wrong organ"), by: "anna")
            #expect(try await cases(bench).eligible == [])
        }
    }

    private func cases(_ bench: CorrectionBench) async throws -> ReviewedCases {
        try await ReviewedCases(bench.ledger, .init(store: bench.store, results: bench.results, salt: "a"))
    }

    @Test("Cut short after any step and begun again, there is exactly one row and one review")
    func everyStepMayBeRepeated() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try SQLiteLedger(at: folder.appending(path: "l.sqlite").path)
            try await CorrectionBench.run(ledger: ledger) { bench in
                let bytes = try ConformanceSeries.correction("tracked")
                try bench.drop(bytes)
                // Copied, and cut short before the row.
                let digest = SHA256Digest(of: bytes).hex
                let path = bench.store.appending("corrections/\(digest.prefix(2))/\(digest).dcm")
                try AtomicFile.createFolder(path.parent)
                try AtomicFile.write(bytes, to: path)
                // On record, and cut short before the verdict: no reader is at hand.
                bench.reader = ChildCorrectionReader(.init(executable: "/nonexistent", arguments: []))
                try await bench.settle()
                #expect(try await bench.corrections().map(\.state) == [.received])
                bench.reader = InProcessCorrectionReader()
                for _ in 1...3 {
                    bench.restart()
                    try await bench.settle()
                    let row = try #require(try await bench.corrections().first)
                    // Settled by a run that died before it could say so.
                    _ = try await bench.intake().settle(row)
                }
                #expect(try await bench.corrections().map(\.state) == [.current])
                let reviews = try await ledger.events(of: .job(bench.job)).filter { $0.action == "correct" }
                #expect(reviews.count == 1)
                try await bench.checkFiles()
            }
            try ledger.close()
        }
    }
}
