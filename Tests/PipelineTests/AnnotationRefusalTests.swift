import DICOMFiles
import DurableFiles
import Foundation
import Pipeline
import Profiles
import TestSupport
import Testing

@Suite("What is not annotated, or only in part")
struct AnnotationRefusalTests {
    @Test("where nothing is found no SEG is written, and the receipt says so")
    func whenNoMaskHasAPixel_thenThereIsAReceiptAndNoSEG() throws {
        let series = try AnnotatedSeries("odd23x38")
        try withTemporaryFolder { folder in
            let request = series.request(try series.prompts(), network: ThresholdNetwork(threshold: 255))
            let output = RawPath(folder.path)
            guard case .annotated(let result) = try AnnotationPipeline(output: output).run(request) else {
                Issue.record("not annotated")
                return
            }
            #expect(result.receipt.segmentation == nil)
            #expect(result.receipt.segments.isEmpty)
            #expect(result.receipt.notFound.map(\.label) == ["Liver", "Spleen"])
            #expect(result.receipt.notFound.allSatisfy { $0.reason.contains("found nothing") })
            #expect(result.measurements.rows.isEmpty)
            #expect(result.instability == nil)
            let names = try FolderScan.entries(of: output.appending(result.folder)).map(\.name.displayName)
            #expect(names.sorted() == ["measurements.csv", "preview.png", "receipt.json"])
        }
    }

    @Test("a prompt for an image of another series is refused and nothing is written")
    func whenAPromptNamesAForeignImage_thenTheRunIsRefused() throws {
        let series = try AnnotatedSeries("plain")
        let other = try AnnotatedSeries("oblique")
        try expectRefusal(series.request(try other.prompts())) { error in
            guard case .prompt(let message) = error else { return false }
            return message.hasPrefix("segments[0].prompts[0]: the series has no image ")
        }
    }

    @Test(
        "a prompt outside of its image is refused and nothing is written",
        arguments: [
            #""box": [37, 0, 40, 5]"#, #""box": [-9, 3, 0, 9]"#, #""points": [[37, 3, 1]]"#, #""points": [[3, -1, 0]]"#,
        ]
    )
    func whenAPromptLiesOutside_thenTheRunIsRefused(place: String) throws {
        let series = try AnnotatedSeries("plain")
        let prompt = #""prompts": [{"sop": "\#(series.volume.frames[0].sopInstanceUID)", \#(place)}]"#
        let file = try AnnotatedSeries.file([AnnotatedSeries.segment("Liver", "10200004", prompt)])
        try expectRefusal(series.request(file, network: ThresholdNetwork(takesPoints: true))) { error in
            guard case .prompt(let message) = error else { return false }
            return message.contains("outside of the image of 37 × 30 pixels")
        }
    }

    @Test("points for a network of boxes are refused before a slice is encoded")
    func whenANetworkTakesNoPoints_thenPointsAreRefusedAtOnce() throws {
        let series = try AnnotatedSeries("plain")
        let prompt = #""prompts": [{"sop": "\#(series.volume.frames[0].sopInstanceUID)", "points": [[3, 4, 1]]}]"#
        let file = try AnnotatedSeries.file([AnnotatedSeries.segment("Liver", "10200004", prompt)])
        let encoded = Counter()
        let network = ThresholdNetwork(beforeEncoding: { encoded.increment() })
        try expectRefusal(series.request(file, network: network)) { error in
            guard case .prompt(let message) = error else { return false }
            return message.contains("boxes alone")
        }
        #expect(encoded.value == 0)
    }

    @Test(
        "a stop at any moment before the writing leaves nothing behind",
        arguments: [
            (AnnotationStep.planning, 0), (.planning, 3), (.segmenting, 0), (.segmenting, 2), (.writing, 0),
        ]
    )
    func whenTheCallerStops_thenNothingIsThere(step: AnnotationStep, slice: Int) throws {
        let series = try AnnotatedSeries("plain")
        try withTemporaryFolder { folder in
            let pipeline = AnnotationPipeline(output: RawPath(folder.path))
            let request = series.request(try series.prompts())
            do {
                _ = try pipeline.run(request) { current, done, _ in current != step || done != slice }
                Issue.record("the run went on")
            } catch AnnotationError.cancelled {}
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("an output folder that cannot be made is an error of the file system")
    func whenTheOutputLiesBelowAFile_thenTheRunFails() throws {
        let series = try AnnotatedSeries("odd23x38")
        try withTemporaryFolder { folder in
            let file = RawPath(folder.path).appending("file")
            try AtomicFile.write([1], to: file)
            #expect(throws: FileError.self) {
                try AnnotationPipeline(output: file.appending("results")).run(series.request(try series.prompts()))
            }
        }
    }

    @Test("where the SEG cannot get its name, neither it nor a receipt is published")
    func whenTheSEGCannotBePublished_thenNoReceiptNamesIt() throws {
        let series = try AnnotatedSeries("odd23x38")
        try withTemporaryFolder { folder in
            let request = series.request(try series.prompts())
            let key = request.key(of: series.volume).hex.prefix(12)
            let results = RawPath(folder.path).appending("\(series.series.seriesInstanceUID)/prompts-\(key)")
            try AtomicFile.createFolder(results.appending(AnnotationResult.FileName.segmentation))
            #expect(throws: FileError.self) {
                try AnnotationPipeline(output: RawPath(folder.path)).run(request)
            }
            let left = try FolderScan.entries(of: results)
            #expect(left.map(\.name.displayName) == [AnnotationResult.FileName.segmentation])
            #expect(left.allSatisfy { $0.kind == .folder })
        }
    }

    /// The run throws an error that fits, and no file or folder is made.
    private func expectRefusal(_ request: AnnotationRequest, _ fits: (AnnotationError) -> Bool) throws {
        try withTemporaryFolder { folder in
            do {
                _ = try AnnotationPipeline(output: RawPath(folder.path)).run(request)
                Issue.record("the run was not refused")
            } catch let error as AnnotationError {
                #expect(fits(error), "\(error)")
                #expect(error.reasonCode == "BAD_PROMPT")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }
}

@Suite("A series that its profile refuses is left to a person before anything is computed")
struct ProfileRefusalTests {
    private func outcome(_ change: (String) -> String) throws -> (code: String, message: String)? {
        let shipped = RawPath(SharedFiles.repository.appending(path: "profiles").path)
        let bytes = try ReadOnlyFile(shipped.appending("ct-abdomen.xml")).readAll()
        let text = change(String(decoding: bytes, as: UTF8.self))
        let profile = try ProfileReader(folder: shipped).profile(bytes: Array(text.utf8), file: "test.xml")
        let series = try AnnotatedSeries("plain")
        let plan = try BoxPlan(profile, atlases: [], series: series.series)
        #expect(plan.segments.isEmpty)
        return plan.refusal
    }

    @Test("an atlas that is not installed is named")
    func whenTheAtlasIsNotInstalled_thenTheReasonNamesIt() throws {
        let refusal = try #require(try outcome { $0 })
        #expect(refusal.code == "NO_ATLAS")
        #expect(refusal.message.contains("ct-abdomen-example, which is not installed"))
    }

    @Test("a failed check gives the profile's own reason, with what was asked and seen")
    func whenACheckFails_thenTheReasonIsTheProfiles() throws {
        let refusal = try #require(
            try outcome { text in
                text.replacingOccurrences(of: #"<atlas name="ct-abdomen-example"/>"#, with: "")
                    .replacingOccurrences(of: #" atlasLabel="[^"]*""#, with: "", options: .regularExpression)
                    .replacingOccurrences(of: #"<coverage minimum="18""#, with: #"<coverage minimum="180""#)
            }
        )
        #expect(refusal.code == "PREFLIGHT")
        #expect(refusal.message.contains("(asked: coverage at least 180 mm; seen: 25 mm)"))
    }
}
