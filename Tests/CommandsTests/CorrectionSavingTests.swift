import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import HTTPTypes
import Ledger
import ReviewWeb
import TestSupport
import Testing

@testable import Commands

@Suite("Corrections that are drawn on the page")
struct CorrectionSavingTests {
    @Test(
        "Each voxel comes back as it was drawn, whatever the geometry",
        arguments: [
            "plain", "descending", "prone", "sagittal", "coronal", "oblique", "odd187x239_oblique", "odd23x38",
            "shuffled",
            "enhanced_oblique", "tilt", "missing_slice", "mr", "monochrome1",
        ]
    )
    func masksComeBack(series: String) async throws {
        try await DrawingPlace.run(series) { place in
            let (liver, spleen) = (place.scattered(place.liver), place.scattered(place.spleen))
            let saved = try await place.save(
                place.segment("liver", liver, "brush"),
                place.segment("spleen", spleen, "eraser")
            )
            #expect(saved.state == "current", "\(saved.message)")
            let found = try await place.masks.masks(of: place.job, .correction(.init(rawValue: saved.correction))) ?? []
            #expect(found.map(\.key) == ["ct-abdomen/liver", "ct-abdomen/spleen"])
            #expect(found.map(\.segment.runs) == [place.runs(liver), place.runs(spleen)])
            #expect(try await place.ledger.job(place.job)?.state == .corrected)
        }
    }

    @Test("The file says who made it of what, and keeps codes and tracking UIDs")
    func provenanceIsKept() async throws {
        try await DrawingPlace.run { place in
            let result = try #require(try await place.ledger.job(place.job)?.result?.segmentation)
            let before = try SHA256Digest(ofFile: place.results.appending(result.path))
            let saved = try await place.save(
                place.segment("liver", place.scattered(place.liver), "brush"),
                place.segment("spleen", place.spleen)
            )
            let correction = try await place.correction(saved)
            let path = place.store.appending(correction.storePath)
            let file = try DICOMFile.open(path)
            let read = try SegmentationReader.read(file)
            #expect(read.segments.map(\.algorithmType) == ["SEMIAUTOMATIC", "AUTOMATIC"])
            #expect(file.dataset.string(DICOMTag(0x0070, 0x0084)) == "anna^")
            #expect(correction.author == "anna")
            #expect(correction.content?.predecessors.contains(result.sopInstanceUID) == true)
            let ours = try SegmentationReader.read(place.results.appending(result.path))
            #expect(read.segments.map(\.trackingUID) == ours.segments.map(\.trackingUID))
            #expect(read.segments.map(\.type) == ours.segments.map(\.type))
            #expect(correction.segments.map(\.status) == [.edited, .unchanged])
            #expect(correction.segments.map(\.match) == [.trackingUID, .trackingUID])
            // Nothing of ours was touched, and nothing lies about.
            #expect(try SHA256Digest(ofFile: place.results.appending(result.path)) == before)
            #expect(try FolderScan.entries(of: place.store.appending("drawn")).isEmpty)
        }
    }

    @Test("Effort and time are answered and recorded")
    func effortIsRecorded() async throws {
        try await DrawingPlace.run { place in
            let saved = try await place.save(
                place.segment("liver", place.scattered(place.liver), "brush"),
                place.segment("spleen", place.spleen)
            )
            let liver = try #require(saved.effort.first)
            #expect(liver.dice < 1)
            #expect(liver.addedPathMM > 0)
            #expect((liver.surfaceMM ?? 0) > 0)
            let untouched = EditEffort(key: "ct-abdomen/spleen", dice: 1, surfaceMM: 0, addedPathMM: 0)
            #expect(saved.effort.last == untouched)
            let work = try await place.correction(saved).work
            #expect(work.seconds == 12)
            #expect(work.effort.map(\.key) == ["ct-abdomen/liver", "ct-abdomen/spleen"])
            #expect(work.effort.first?.dice == liver.dice)
        }
    }

    @Test("The same masks are the same correction; the same masks after others are a new one")
    func repetitionsAreKnown() async throws {
        try await DrawingPlace.run { place in
            let other = place.scattered(place.liver)
            let draft = place.segment("liver", other, "brush")
            let first = try await place.save(draft)
            #expect(try await place.save(draft).correction == first.correction)
            let second = try await place.save(place.segment("liver", place.scattered(other), "brush"))
            #expect(second.correction != first.correction)
            let third = try await place.save(draft)
            #expect(third.state == "current")
            let all = try await place.ledger.corrections(CorrectionFilter())
            #expect(all.map(\.state) == [.superseded, .superseded, .current])
            #expect(Set(all.compactMap { $0.content?.sopInstanceUID }).count == 3)
        }
    }

    @Test("A structure that was erased is said not to be there, also where nothing is left at all")
    func erasedSegmentsAreRemoved() async throws {
        try await DrawingPlace.run { place in
            let one = try await place.save(
                place.segment("liver", place.liver),
                place.segment("spleen", place.empty, "eraser")
            )
            #expect(try await place.correction(one).segments.map(\.status) == [.unchanged, .removed])
            let all = try await place.save(
                place.segment("liver", place.empty, "eraser"),
                place.segment("spleen", place.empty, "eraser")
            )
            #expect(all.state == "current", "\(all.message)")
            #expect(try await place.correction(all).segments.map(\.status) == [.removed, .removed])
        }
    }

    @Test("What was not found and nobody drew is left open; what somebody drew is added")
    func addedSegmentsCount() async throws {
        try await DrawingPlace.run { place in
            let saved = try await place.save(
                place.segment("liver", place.liver),
                place.segment("spleen", place.spleen),
                place.segment("aorta", place.empty),
                place.segment("stomach", place.scattered(place.spleen), "polygon")
            )
            let correction = try await place.correction(saved)
            #expect(correction.segments.map(\.label) == ["Liver", "Spleen", "Stomach"])
            #expect(correction.segments.map(\.status) == [.unchanged, .unchanged, .added])
            let file = try SegmentationReader.read(place.store.appending(correction.storePath))
            #expect(file.segments.last?.algorithmType == "MANUAL")
        }
    }

    @Test("A job that needs prompts gets what a person draws and prompts")
    func jobsWithoutResultAreCorrected() async throws {
        try await DrawingPlace.run(hasResult: false) { place in
            let saved = try await place.save(
                place.segment("liver", place.liver, "prompt", "brush"),
                place.segment("spleen", place.spleen, "polygon")
            )
            #expect(saved.state == "current", "\(saved.message)")
            let correction = try await place.correction(saved)
            #expect(correction.segments.map(\.status) == [.added, .added])
            let file = try SegmentationReader.read(place.store.appending(correction.storePath))
            #expect(file.segments.map(\.algorithmType) == ["SEMIAUTOMATIC", "MANUAL"])
            #expect(try await place.ledger.job(place.job)?.state == .corrected)
            let masks = try await place.masks.masks(of: place.job, .correction(correction.id)) ?? []
            #expect(masks.map(\.segment.runs) == [place.runs(place.liver), place.runs(place.spleen)])
        }
    }

    @Test("Two people's corrections are both kept")
    func twoReadersConflict() async throws {
        try await DrawingPlace.run { place in
            let draft = place.segment("liver", place.scattered(place.liver), "brush")
            _ = try await place.save(draft)
            let other = CorrectionDraft(
                base: .result,
                seconds: nil,
                segments: [place.segment("liver", place.liver), place.segment("spleen", place.spleen)]
            )
            _ = try await place.saver.save(other, of: place.job, by: ReviewUser(name: "bert", role: .reviewer))
            let current = try await place.ledger.corrections(CorrectionFilter(states: [.current]))
            #expect(current.map(\.author) == ["anna", "bert"])
            #expect(Correction.conflict(among: current))
        }
    }

    @Test("What cannot be written, or was drawn for something else, is refused and leaves nothing")
    func wrongDraftsAreRefused() async throws {
        try await DrawingPlace.run { place in
            func status(_ draft: CorrectionDraft) async -> Int? {
                do {
                    _ = try await place.saver.save(draft, of: place.job, by: DrawingPlace.user)
                    return nil
                } catch {
                    return (error as? ReviewError)?.status.code
                }
            }
            let liver = place.segment("liver", place.liver)
            let wrong: [(CorrectionDraft, Int)] = [
                (.init(base: .result, seconds: nil, segments: []), 422),
                (.init(base: .result, seconds: nil, segments: [liver, liver]), 422),
                (.init(base: .result, seconds: nil, segments: [place.segment("nose", place.liver, "brush")]), 422),
                (
                    .init(
                        base: .result,
                        seconds: nil,
                        segments: [.init(key: liver.key, runs: Data([0x80]), tools: [])]
                    ),
                    422
                ),
                (.init(base: .correction(CorrectionID(rawValue: 9)), seconds: nil, segments: [liver]), 404),
            ]
            for (draft, expected) in wrong { #expect(await status(draft) == expected) }
            let first = try await place.save(place.segment("liver", place.scattered(place.liver), "brush"))
            _ = try await place.save(place.segment("liver", place.spleen, "brush"))
            // The first one was superseded meanwhile.
            let stale = MaskSource.correction(CorrectionID(rawValue: first.correction))
            #expect(await status(.init(base: stale, seconds: nil, segments: [liver])) == 409)
            #expect(try await place.ledger.corrections(CorrectionFilter()).count == 2)
        }
    }

    @Test("Names are written in the repertoire that every file has")
    func namesArePlain() {
        #expect(CorrectionDrawing.personName("anna") == "anna^")
        #expect(CorrectionDrawing.personName("Müller^Jürgen") == "Muller^Jurgen")
        #expect(CorrectionDrawing.personName("a=b\\c") == "a_b_c^")
    }
}
