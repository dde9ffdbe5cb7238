import Corrections
import DICOMSegmentation
import DurableFiles
import Ledger
import Testing

/// What becomes of corrections by whatever software.
@Suite struct CorrectionMatchingTests {
    @Test(
        "A correction by other software counts, with what it changed",
        arguments: [
            ("highdicom", CorrectionSegment.Match.code), ("highdicom_cropped", .code),
            ("highdicom_unreferenced", .code),
            ("dcmqi", .code), ("binary_deflated", .code), ("labelmap_explicit", .code), ("labelmap_rle", .code),
            ("labelmap_deflated", .code),
        ]
    )
    func foreignCorrectionsCount(name: String, match: CorrectionSegment.Match) async throws {
        try await CorrectionBench.run { bench in
            let correction = try await bench.judged(try ConformanceSeries.foreign(name))
            try expectBiteFilled(correction, try bench.series.bite(), match)
            #expect(correction.job == bench.job)
            #expect(try await bench.state() == .corrected)
            try await bench.checkFiles()
        }
    }

    @Test(
        "Segments are found by their Tracking UIDs, however a viewer numbers and names them",
        arguments: ["tracked", "renumbered_TRACKED"]
    )
    func trackedSegmentsAreFound(name: String) async throws {
        try await CorrectionBench.run { bench in
            let correction = try await bench.judged(try ConformanceSeries.correction(name))
            #expect(correction.segments.map(\.match) == [.trackingUID, .trackingUID])
            let liver = try #require(correction.segments.first { $0.resultNumber == 1 })
            let spleen = try #require(correction.segments.first { $0.resultNumber == 2 })
            #expect(liver.status == .edited)
            let bite = try bench.series.bite()
            #expect(liver.changedVoxels == bite)
            #expect(spleen.status == .unchanged)
            #expect(spleen.dice == 1)
            #expect(correction.author == "Roe^Rita")
            #expect(try await bench.ledger.job(bench.job)?.review?.reviewer == "Roe^Rita")
        }
    }

    @Test("Frames without a position are put where the images that they name lie")
    func missingPositionsAreNoGuess() async throws {
        try await CorrectionBench.run { bench in
            let correction = try await bench.judged(try ConformanceSeries.correction("without_positions"))
            try expectBiteFilled(correction, try bench.series.bite(), .code)
        }
    }

    @Test("Our own writer's file with edited masks is a correction by its creator")
    func ownFilesAreCorrections() async throws {
        try await CorrectionBench.run { bench in
            let bytes = try bench.series.encoded(bench.series.masks, creator: "Doe^Dora")
            let correction = try await bench.judged(bytes)
            try expectBiteFilled(correction, try bench.series.bite(), .trackingUID)
            #expect(correction.content?.author == "Doe^Dora")
            #expect(correction.content?.contentDate == "20260102")
        }
    }

    @Test("A file without a changed pixel accepts the result, whoever wrote it")
    func identicalPixelsAccept() async throws {
        try await CorrectionBench.run { bench in
            let copy = try Array(ReadOnlyFile(bench.results.appending(bench.result.path)).readAll())
            let correction = try await bench.judged(copy)
            #expect(correction.isUnchanged)
            #expect(correction.segments.map(\.status) == [.unchanged, .unchanged])
            // Our own name as the creator says nothing of who looked at it.
            #expect(correction.content?.author == nil)
            #expect(correction.author == "folder corrected")
            #expect(try await bench.state() == .accepted)
        }
        try await CorrectionBench.run(resultIsTrue: true) { bench in
            let correction = try await bench.judged(try ConformanceSeries.foreign("dcmqi"))
            #expect(correction.isUnchanged)
            #expect(try await bench.state() == .accepted)
        }
    }

    @Test("A segment without a pixel was removed; one that is not there is missing, and nothing is learnt of it")
    func removedIsNotMissing() async throws {
        try await CorrectionBench.run { bench in
            let correction = try await bench.judged(try ConformanceSeries.correction("spleen_removed"))
            #expect(correction.statuses == ["Liver": .edited, "Spleen": .removed])
            #expect(correction.segments.last?.dice == 0)
        }
        try await CorrectionBench.run(resultIsTrue: true) { bench in
            let correction = try await bench.judged(try ConformanceSeries.correction("spleen_missing"))
            #expect(correction.statuses == ["Liver": .unchanged, "Spleen": .missing])
            // Not an acceptance: nobody can say that the spleen was looked at.
            #expect(try await bench.state() == .corrected)
        }
    }

    @Test("A coded structure that the result does not have is added")
    func codedSegmentsAreAdded() async throws {
        try await CorrectionBench.run { bench in
            let correction = try await bench.judged(try ConformanceSeries.correction("kidney_added"))
            #expect(correction.segments.map(\.status) == [.edited, .added, .missing])
            #expect(correction.segments[1].type?.value == "64033007")
            #expect(correction.segments[1].changedVoxels == bench.series.masks[1].pixelCount)
        }
    }

    @Test("Numbers alone match after a person's confirmation, and not before")
    func numbersNeedConfirmation() async throws {
        try await CorrectionBench.run { bench in
            let bytes = try ConformanceSeries.correction("uncoded")
            let held = try await bench.judged(bytes)
            #expect(held.reason?.code == "UNMATCHED_SEGMENTS")
            #expect(try await bench.state() == .annotated)

            let file = bench.corrected.appending("a.dcm")
            let receipt = try await bench.intake().submit(file, .correct, byNumber: true, from: "anna")
            #expect(receipt.correction.id == held.id)
            try expectBiteFilled(receipt.correction, try bench.series.bite(), .number)
            #expect(try await bench.state() == .corrected)
        }
    }

    private func expectBiteFilled(
        _ correction: Correction,
        _ bite: Int,
        _ match: CorrectionSegment.Match,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(correction.state == .current, "\(correction.reason?.message ?? "")", sourceLocation: sourceLocation)
        #expect(correction.segments.map(\.status) == [.edited, .unchanged], sourceLocation: sourceLocation)
        #expect(correction.segments.map(\.match) == [match, match], sourceLocation: sourceLocation)
        let liver = try #require(correction.segments.first, sourceLocation: sourceLocation)
        #expect(liver.changedVoxels == bite, sourceLocation: sourceLocation)
        let dice = try #require(liver.dice, sourceLocation: sourceLocation)
        #expect(dice > 0.5 && dice < 1, sourceLocation: sourceLocation)
    }
}
