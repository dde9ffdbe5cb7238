import Corrections
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Ledger
import LedgerSQLite
import TestSupport
import Testing

/// Jobs for which the program found no prompts: a person draws what it could not.
@Suite struct PromptedJobTests {
    @Test("A segmentation of a series that waits for prompts is the correction of that job", arguments: [false, true])
    func drawnSegmentsCount(isOnDisk: Bool) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "ledger.sqlite").path
            let ledger: any JobLedger = isOnDisk ? try SQLiteLedger(at: path) : InMemoryLedger()
            try await CorrectionBench.run(ledger: ledger, needsPrompt: true) { bench in
                let correction = try await bench.judged(try ConformanceSeries.correction("tracked"))
                #expect(correction.state == .current)
                #expect(correction.job == bench.job)
                #expect(correction.statuses == ["Liver": .added, "Spleen": .added])
                #expect(try await bench.state() == .corrected)
                // There is no result that could be right instead, and people may still change their minds.
                await #expect(throws: LedgerError.self) {
                    try await ledger.decide(bench.job, .acceptResult, by: "bert")
                }
                try await ledger.decide(bench.job, .reject("wrong side"), by: "bert")
                #expect(try await bench.state() == .rejected)
                try await ledger.decide(bench.job, .acceptCorrection(correction.id), by: "bert")
                #expect(try await bench.state() == .corrected)
            }
        }
    }

    @Test("That there is nothing to be found is a correction too, and not an accepted result")
    func emptySegmentsAreACorrection() async throws {
        try await CorrectionBench.run(needsPrompt: true) { bench in
            let masks = bench.series.masks.map { _ in SegmentMaskMaker.empty(bench.series.volume.count) }
            var request = try bench.series.request(masks, creator: "Roe^Rita")
            request.keepsEmptySegments = true
            let correction = try await bench.judged(try SegmentMaskMaker.encoded(request))
            #expect(correction.state == .current)
            #expect(try await bench.state() == .corrected)
        }
    }

    @Test("A correction that is handed in for a job is judged with that job, or held where it cannot be")
    func namedJobsAreKept() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try SQLiteLedger(at: folder.appending(path: "ledger.sqlite").path)
            try await CorrectionBench.run(ledger: ledger) { bench in
                try bench.drop(try ConformanceSeries.correction("tracked"), as: "a.dcm", into: bench.folder)
                let file = bench.folder.appending("a.dcm")
                let intake = try bench.intake()
                let other = JobID(rawValue: bench.job.rawValue + 1)
                await #expect(throws: LedgerError.self) {
                    try await intake.submit(file, .correct, byNumber: false, for: other, from: "anna")
                }
                let receipt = try await intake.submit(file, .correct, byNumber: false, for: bench.job, from: "anna")
                #expect(receipt.correction.state == .current)
                #expect(receipt.correction.job == bench.job)
            }
            try ledger.close()
        }
    }

    @Test("Delimiters without a component are no part of an author's name")
    func namesAreWithoutEmptyComponents() async throws {
        try await CorrectionBench.run { bench in
            let bytes = try bench.series.encoded(bench.series.masks, creator: "anna^")
            #expect(try await bench.judged(bytes).author == "anna")
        }
    }
}
