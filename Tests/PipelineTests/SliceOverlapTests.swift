import DICOMSegmentation
import DurableFiles
import Foundation
import SegmentAnything
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

@Suite("Slices are read, segmented and finished side by side")
struct SliceOverlapTests {
    private struct Broken: Error, Equatable {
        let index: Int
    }

    @Test("never more elements are made ahead than was asked for, and all come in order", arguments: [1, 3, 7])
    func whenElementsAreTaken_thenOnlyAFewAreAhead(ahead: Int) throws {
        let made = Counter()
        let stream = ReadAhead(count: 500, ahead: ahead) { index in
            made.increment(); return index
        }
        defer { stream.stop() }
        for expected in 0..<500 {
            // One is in the maker's hands while the queue is full.
            #expect(made.value <= expected + ahead + 1)
            #expect(try stream.next() == expected)
        }
        #expect(try stream.next() == nil)
        #expect(made.value == 500)
    }

    @Test("what goes wrong with an element is thrown in its turn, and nothing is made after it")
    func whenAnElementFails_thenTheErrorComesInItsTurn() throws {
        let made = Counter()
        let stream = ReadAhead(count: 100, ahead: 4) { index -> Int in
            made.increment()
            if index == 30 { throw Broken(index: index) }
            return index
        }
        defer { stream.stop() }
        for expected in 0..<30 { #expect(try stream.next() == expected) }
        #expect(throws: Broken(index: 30)) { try stream.next() }
        #expect(try stream.next() == nil)
        #expect(made.value == 31)
    }

    @Test("a stream that is stopped makes no more than a few elements")
    func whenTheTakerStops_thenTheMakerEnds() throws {
        let made = Counter()
        let stream = ReadAhead(count: .max, ahead: 2) { index in
            made.increment(); return index
        }
        #expect(try stream.next() == 0)
        stream.stop()
        let count = made.value
        #expect(count <= 4)
        #expect(try stream.next() == nil)
        #expect(made.value == count)
    }

    @Test("work is finished in the order in which it was added")
    func whenWorkIsFinishedBehind_thenTheOrderStays() {
        let finisher = FinishBehind(behind: 2) { (number: Int) in [number, -number] }
        for number in 0..<300 { finisher.add(number) }
        #expect(finisher.outputs() == (0..<300).flatMap { [$0, -$0] })
        finisher.stop()
    }

    @Test("a slice that is not the next one is read on its own")
    func whenSlicesAreAskedForOutOfOrder_thenTheyAreTheRightOnes() throws {
        try withTemporaryFolder { folder in
            let series = try SyntheticSeries(20, in: folder)
            let values = VolumeValues(series.volume)
            defer { values.stop() }
            for slice in [0, 1, 5, 2, 2, 19, 3, 4, 0] {
                let expected = (0..<24 * 24).map { index -> Float in
                    SyntheticSeries.isInside(slice, row: index / 24, column: index % 24, edge: 24) ? 200 : -500
                }
                #expect(try values.slice(at: slice) == expected)
            }
        }
    }

    @Test("slices without a prompt are not encoded, and each of the others is once")
    func whenSlicesHaveNoPrompt_thenTheyAreNotEncoded() throws {
        try withTemporaryFolder { folder in
            let series = try SyntheticSeries(300, in: folder)
            let encoded = Counter()
            let network = ThresholdNetwork { () throws(ModelError) in encoded.increment() }
            let request = try series.request(prompting: 100..<180, network: network)
            let (found, _) = try run(request, in: folder)
            #expect(encoded.value == 80)
            #expect(found.frames.count == 80)
            for frame in found.frames {
                let uid = try #require(frame.references.first?.sopInstanceUID)
                let slice = try #require((0..<300).first { SyntheticSeries.uid($0) == uid })
                let mask = try #require(frame.mask)
                let isRight = (0..<24 * 24).allSatisfy { index in
                    mask[row: index / 24, column: index % 24]
                        == SyntheticSeries.isInside(slice, row: index / 24, column: index % 24, edge: 24)
                }
                #expect(isRight)
            }
        }
    }

    @Test("the SEG does not depend on the order of the files")
    func whenFilesComeInAnotherOrder_thenTheSEGIsTheSame() throws {
        let files = try [false, true].map { reversed in
            try withTemporaryFolder { folder in
                let series = try SyntheticSeries(60, in: folder, reversed: reversed)
                return try run(try series.request(prompting: 3..<50), in: folder).bytes
            }
        }
        #expect(files[0].count > 60 * 24 * 24 / 8)
        #expect(files[0] == files[1])
    }

    @Test("a slice that vanishes on the way ends the run with its error, and nothing is written")
    func whenASliceVanishes_thenNothingIsWritten() throws {
        try withTemporaryFolder { folder in
            let series = try SyntheticSeries(120, in: folder)
            let encoded = Counter()
            let gone = folder.appending(path: SyntheticSeries.name(100))
            let network = ThresholdNetwork { () throws(ModelError) in
                if encoded.value == 20 { try? FileManager.default.removeItem(at: gone) }
                encoded.increment()
            }
            let request = try series.request(prompting: 0..<120, network: network)
            #expect(throws: (any Error).self) { try run(request, in: folder) }
            // Everything before it was segmented, as if slices were read one after the other.
            #expect(encoded.value == 100)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "output").path))
        }
    }

    @Test("a network that refuses a slice ends the run")
    func whenTheNetworkFails_thenNothingIsWritten() throws {
        try withTemporaryFolder { folder in
            let series = try SyntheticSeries(60, in: folder)
            let encoded = Counter()
            let network = ThresholdNetwork { () throws(ModelError) in
                encoded.increment()
                if encoded.value == 31 { throw ModelError.invalidInput("broken") }
            }
            let request = try series.request(prompting: 0..<60, network: network)
            #expect(throws: ModelError.invalidInput("broken")) { try run(request, in: folder) }
            #expect(encoded.value == 31)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "output").path))
        }
    }

    @Test("a caller that stops is obeyed before the next slice", arguments: [AnnotationStep.planning, .segmenting])
    func whenTheCallerStops_thenNothingMoreIsDone(step: AnnotationStep) throws {
        try withTemporaryFolder { folder in
            let series = try SyntheticSeries(60, in: folder)
            let encoded = Counter()
            let network = ThresholdNetwork { () throws(ModelError) in encoded.increment() }
            let request = try series.request(prompting: 0..<60, network: network)
            let pipeline = AnnotationPipeline(output: RawPath(folder.appending(path: "output").path))
            let error = #expect(throws: AnnotationError.self) {
                try pipeline.run(request) { now, done, _ in now != step || done < 12 }
            }
            #expect(error?.reasonCode == "CANCELLED")
            #expect(encoded.value == (step == .planning ? 0 : 12))
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "output").path))
        }
    }

    private func run(
        _ request: AnnotationRequest,
        in folder: URL
    ) throws -> (found: Segmentation, bytes: [UInt8]) {
        let output = RawPath(folder.appending(path: "output").path)
        guard case .annotated(let result) = try AnnotationPipeline(output: output).run(request) else {
            throw AnnotationError.output("not annotated")
        }
        let path = output.appending(result.folder).appending(AnnotationResult.FileName.segmentation)
        return (try SegmentationReader.read(path), try ReadOnlyFile(path, subject: "SEG").readAll())
    }
}

extension ReadAhead {
    /// A stream whose maker keeps nothing between elements.
    fileprivate convenience init(count: Int, ahead: Int, make: @escaping @Sendable (Int) throws -> Element) {
        self.init(count: count, ahead: ahead, maker: { make })
    }
}
