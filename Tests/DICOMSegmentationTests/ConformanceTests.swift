import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import TestSupport
import Testing

/// Judges segmentations by the conformance checker: validator, IOD tables, references, geometry, identity bytes, and
/// the voxels through three other readers.
struct ConformanceTests {
    private struct Job: Encodable {
        let seg: String
        let source: String
        let expect: String?
    }

    private struct Result: Decodable {
        let seg: String
        let findings: [String]
    }

    private static func check(_ jobs: [Job], in folder: URL) throws -> [Result] {
        let environment = ProcessInfo.processInfo.environment
        let venv =
            environment["PREREAD_CONFORMANCE_VENV"].map { URL(fileURLWithPath: $0) }
            ?? SharedFiles.cache.appending(path: "venv")
        let list = folder.appending(path: "jobs.json")
        try JSONEncoder().encode(jobs).write(to: list)
        let script = SharedFiles.repository.appending(path: "Tests/Scripts/check_segmentations.py")
        let checker = try ChildProgram(
            venv.appending(path: "bin/python").path,
            ["-W", "ignore", script.path, list.path],
            environment: environment.merging(
                ["PREREAD_SHARED": SharedFiles.root.path, "PREREAD_CONFORMANCE_VENV": venv.path]
            ) { _, ours in ours },
            output: folder.appending(path: "said.json")
        )
        let end = checker.wait()
        let data = try checker.said()
        // 1 says that there are findings; anything else that the checker did not run.
        guard [.exit(0), .exit(1)].contains(end), !data.isEmpty else {
            throw ConformanceSeries.Missing(description: "the checker ended with \(end)")
        }
        return try JSONDecoder().decode([Result].self, from: data)
    }

    private static let required = [
        "plain", "sagittal", "oblique", "descending",
        "odd187x239", "odd187x239_sagittal", "odd187x239_oblique", "odd187x239_descending",
        "square512", "square512_sagittal", "square512_oblique", "square512_descending",
    ]

    private static let others = [
        "odd23x38", "odd125x127", "one_slice", "mr", "coronal", "prone", "shuffled", "tilt", "missing_slice",
        "localizer", "long_ds",
        "latin1", "cyrillic",
        "utf8", "gb18030", "japanese", "japanese6", "japanese13", "korean", "enhanced", "enhanced_oblique", "deflated",
        "rle",
        "j2klossy", "mr_sagittal", "implicit", "bigendian", "jpegls", "j2k", "monochrome1", "per_slice_rescale",
    ]

    @Test("Segmentations of every shape, orientation, character set and source kind have no finding")
    func hasNoFinding() throws {
        try withTemporaryFolder { folder in
            let jobs = try (Self.required + Self.others).map { name in
                let source = try ConformanceSeries(name)
                let path = folder.appending(path: name + ".dcm").path
                try SegmentationWriter.write(source.request(), to: RawPath(path))
                return Job(
                    seg: path,
                    source: source.folder.path,
                    expect: source.folder.appending(path: "truth.npz").path
                )
            }
            let results = try Self.check(jobs, in: folder)
            #expect(results.count == jobs.count)
            for result in results {
                #expect(result.findings.isEmpty, "\(URL(fileURLWithPath: result.seg).lastPathComponent)")
            }
        }
    }

    @Test("Deflated, overlapping and interrupted segmentations have no finding")
    func variantsHaveNoFinding() throws {
        try withTemporaryFolder { folder in
            let source = try ConformanceSeries("plain")
            func job(_ name: String, _ request: SegmentationRequest, expect: Bool = false) throws -> Job {
                let path = folder.appending(path: name + ".dcm").path
                try SegmentationWriter.write(request, to: RawPath(path))
                let truth = source.folder.appending(path: "truth.npz").path
                return Job(seg: path, source: source.folder.path, expect: expect ? truth : nil)
            }
            var deflated = try source.request()
            deflated.encoding = .deflated
            var interrupted = source.masks[0]
            interrupted[source.volume.count / 2] = nil
            var manual = try source.request()
            manual.segments[0].description.algorithm = .manual
            manual.segments[1].description.typeModifiers = [
                CodedConcept(value: "7771000", scheme: "SCT", meaning: "Left")
            ]
            let jobs = [
                try job("deflated", deflated, expect: true),
                try job("overlapping", source.request(masks: [source.masks[0], source.masks[0]])),
                try job("interrupted", source.request(masks: [interrupted, source.masks[1]])),
                try job("spleen only", source.request(masks: [SegmentMask(frameCount: 10), source.masks[1]])),
                try job("manual", manual, expect: true),
            ]
            for result in try Self.check(jobs, in: folder) {
                #expect(result.findings.isEmpty, "\(URL(fileURLWithPath: result.seg).lastPathComponent)")
            }
        }
    }

    @Test("The checker sees a mask that is not the expected one")
    func checkerBites() throws {
        try withTemporaryFolder { folder in
            let source = try ConformanceSeries("plain")
            let path = folder.appending(path: "wrong.dcm").path
            try SegmentationWriter.write(source.request(masks: source.masks.reversed()), to: RawPath(path))
            let job = Job(
                seg: path,
                source: source.folder.path,
                expect: source.folder.appending(path: "truth.npz").path
            )
            let findings = try Self.check([job], in: folder).flatMap(\.findings)
            #expect(findings.contains { $0.hasPrefix("PIX-EXPECT") })
        }
    }
}
