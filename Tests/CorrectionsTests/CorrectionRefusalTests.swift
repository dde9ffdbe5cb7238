import Corrections
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Ledger
import TestSupport
import Testing

/// What does not fit is held with a reason, and changes nothing.
@Suite struct CorrectionRefusalTests {
    @Test(
        "What does not fit is held with its reason, and the result keeps its state",
        arguments: [
            ("other_patient", "OTHER_PATIENT"), ("other_study", "OTHER_STUDY"),
            ("other_frame_of_reference", "OTHER_FRAME_OF_REFERENCE"), ("foreign_instance", "FOREIGN_INSTANCE"),
            ("no_references", "UNKNOWN_SERIES"), ("shifted", "NOT_ON_SERIES"), ("uncoded", "UNMATCHED_SEGMENTS"),
            ("retired_codes", "UNMATCHED_SEGMENTS"), ("relabelled_TRACKED", "UNMATCHED_SEGMENTS"),
            ("twice_TRACKED", "UNMATCHED_SEGMENTS"), ("nothing_of_ours", "UNMATCHED_SEGMENTS"),
        ]
    )
    func misfitsAreHeld(name: String, reason: String) async throws {
        try await CorrectionBench.run { bench in
            try await expectHeld(try ConformanceSeries.correction(name), reason, bench)
        }
    }

    @Test("FRACTIONAL segmentations are refused by name, in either encoding", arguments: ["explicit", "rle"])
    func fractionalIsRefused(syntax: String) async throws {
        try await CorrectionBench.run { bench in
            try await expectHeld(try ConformanceSeries.foreign("fractional_\(syntax)"), "FRACTIONAL", bench)
        }
    }

    @Test("A missing Patient ID is allowed when everything else agrees")
    func missingPatientIsAllowed() async throws {
        try await CorrectionBench.run { bench in
            let correction = try await bench.judged(try ConformanceSeries.correction("no_patient"))
            #expect(correction.state == .current)
        }
    }

    @Test("A segmentation of a series that is not ours is held")
    func otherSeriesAreHeld() async throws {
        let folder = SharedFiles.cache.appending(path: "conformance/series/oblique")
        let paths = try ConformanceSeries.slices(folder).map { RawPath(folder.path).appending($0.name) }
        try await CorrectionBench.run { bench in
            // Our masks on another study's images.
            var request = try bench.series.request(bench.series.masks)
            request.source = try OtherSeries(paths).series
            request.volume = try #require(request.source.volume)
            guard case .encoded(let encoded) = try SegmentationBuilder.build(request) else {
                throw ConformanceSeries.Missing(description: "nothing was encoded")
            }
            try await expectHeld(encoded.bytes, "UNKNOWN_SERIES", bench)
        }
    }

    @Test("A stored image that changed, and a result that changed, hold what refers to them")
    func changedFilesAreNoticed() async throws {
        let correction = try ConformanceSeries.correction("tracked")
        try await CorrectionBench.run { bench in
            let instance = try #require(try await bench.ledger.instances(of: bench.job).first)
            let path = bench.store.appending(instance.storePath)
            var bytes = try ReadOnlyFile(path).readAll()
            bytes[bytes.count - 100] ^= 1
            try AtomicFile.write(bytes, to: path)
            try await expectHeld(correction, "CHANGED_SOURCE", bench, checksFiles: false)
        }
        try await CorrectionBench.run { bench in
            let path = bench.results.appending(bench.result.path)
            try AtomicFile.write(try bench.series.encoded(bench.series.masks), to: path)
            try await expectHeld(correction, "CHANGED_RESULT", bench, checksFiles: false)
        }
    }

    @Test("An image, a text and an empty file are no segmentations")
    func otherFilesAreHeld() async throws {
        let image = try #require(try ConformanceSeries.slices().first).bytes
        for bytes in [image, Array("no DICOM at all".utf8), []] {
            try await CorrectionBench.run { bench in try await expectHeld(bytes, "NOT_A_SEGMENTATION", bench) }
        }
    }

    @Test("A held correction is judged again on release, and counts once its cause is gone")
    func releasedCorrectionsAreJudgedAgain() async throws {
        try await CorrectionBench.run { bench in
            let instance = try #require(try await bench.ledger.instances(of: bench.job).first)
            let path = bench.store.appending(instance.storePath)
            let whole = try ReadOnlyFile(path).readAll()
            try AtomicFile.write(whole.dropLast(200) + [], to: path)
            let held = try await bench.judged(try ConformanceSeries.correction("tracked"))
            #expect(held.reason?.code == "CHANGED_SOURCE")
            try AtomicFile.write(whole, to: path)
            _ = try await bench.ledger.release(held.id, matchingByNumber: false, by: "anna")
            #expect(try await bench.intake().round().judged.map(\.state) == [.current])
            #expect(try await bench.corrections().count == 1)
        }
    }

    @Test("A file that cannot be looked at now waits, without a verdict")
    func unavailableReadersAreNoVerdict() async throws {
        try await CorrectionBench.run { bench in
            bench.reader = ChildCorrectionReader(.init(executable: "/nonexistent", arguments: []))
            try bench.drop(try ConformanceSeries.correction("tracked"))
            #expect(try await bench.settle().waiting == 1)
            #expect(try await bench.corrections().map(\.state) == [.received])
            bench.reader = InProcessCorrectionReader()
            bench.restart()
            #expect(try await bench.intake().round().judged.map(\.state) == [.current])
        }
    }

    private func expectHeld(
        _ bytes: [UInt8],
        _ reason: String,
        _ bench: CorrectionBench,
        checksFiles: Bool = true
    ) async throws {
        let held = try await bench.judged(bytes)
        #expect(held.state == .held)
        #expect(held.reason?.code == reason, "\(held.reason?.message ?? "")")
        #expect(held.reason?.message?.isEmpty == false)
        #expect(try await bench.state() == .annotated)
        if checksFiles { try await bench.checkFiles() }
    }
}
