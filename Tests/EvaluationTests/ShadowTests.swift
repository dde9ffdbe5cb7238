import DICOMSegmentation
import DurableFiles
import Foundation
import Testing

@testable import Evaluation

@Suite("What a candidate draws in the shadow")
struct ShadowTests {
    private static let job: Int64 = 41

    /// A mask over three slices of 4 × 5 pixels, with this many pixels on the middle slice.
    private func mask(_ pixels: Range<Int>) -> SegmentMask {
        var mask = SegmentMask(frameCount: 3)
        mask[1] = FrameMask(rows: 4, columns: 5, pixels: (0..<20).map { pixels.contains($0) ? 1 : 0 })
        return mask
    }

    private func segments(
        _ incumbent: [String: SegmentMask],
        _ candidate: [String: SegmentMask]
    ) throws -> [ShadowedSeries.Segment] {
        // 10 mm slices of 2 mm × 5 mm pixels: 0.1 mL each.
        let grid = try RandomMasks(rows: 4, columns: 5, offsets: [0, 10, 20], spacing: (2, 5)).grid
        return ShadowedSeries.segments(incumbent, candidate, labels: ["p/a": "A"], grid: grid)
    }

    private func line(_ job: Int64, _ series: Int, _ segments: [ShadowedSeries.Segment]) throws -> ShadowedSeries {
        var line = ShadowedSeries(job: job, series: series, status: .compared, reason: "")
        (line.reason, line.segments) = (nil, segments)
        return line
    }

    @Test("Dice is between both masks, volumes are in mL, and what one model alone found counts 0")
    func figures() throws {
        let found = try segments(
            ["p/a": mask(0..<10), "p/b": mask(0..<5), "p/none": mask(0..<0)],
            ["p/a": mask(5..<15), "p/c": mask(0..<20), "p/none": mask(0..<0)]
        )
        #expect(found.map(\.name) == ["p/a", "p/b", "p/c"])
        #expect(found.map(\.label) == ["A", "p/b", "p/c"])
        #expect(found.map(\.dice) == [0.5, 0, 0])
        for (segment, expected) in zip(found, [(1.0, 1.0), (0.5, 0), (0, 2)]) {
            #expect(abs(segment.incumbentML - expected.0) < 1e-9 && abs(segment.candidateML - expected.1) < 1e-9)
        }
        #expect(found.map(\.isFoundByIncumbent) == [true, true, false])
        #expect(found.map(\.isFoundByCandidate) == [true, false, true])
    }

    @Test("lines come back as they were written, one JSON object each")
    func linesRoundTrip() throws {
        let lines = [
            try line(1, 1, try segments(["p/a": mask(0..<3)], [:])),
            ShadowedSeries(job: 2, series: 2, status: .refused, reason: "MODEL_REFUSED"),
        ]
        let bytes = try ShadowedSeries.jsonLines(lines)
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 2 && bytes.last == UInt8(ascii: "\n"))
        #expect(try ShadowedSeries.lines(bytes) == lines)
        #expect(throws: (any Error).self) { try ShadowedSeries.lines(Array(bytes.dropLast(5))) }
    }

    @Test("a series counts once, whatever the number of its jobs, and not at all where nothing could be compared")
    func counting() {
        let lines = [(1, ShadowedSeries.Status.compared), (1, .compared), (2, .refused), (3, .skipped)].map {
            ShadowedSeries(job: Self.job, series: $0.0, status: $0.1, reason: "X")
        }
        #expect(ShadowedSeries.count(lines) == 2)
    }

    @Test("the report gives mean, worst, median difference, and what was lost and gained, of each segment")
    func report() throws {
        let name = "<script>new"
        let lines = [
            try line(7, 1, try segments(["p/a": mask(0..<10)], ["p/a": mask(0..<10)])),
            try line(8, 2, try segments(["p/a": mask(0..<10)], ["p/a": mask(5..<15)])),
            try line(9, 3, try segments(["p/a": mask(0..<10)], [:])),
            try line(10, 4, try segments([:], ["p/a": mask(0..<4)])),
            ShadowedSeries(job: 11, series: 5, status: .refused, reason: "MODEL_REFUSED"),
        ]
        let model = ShadowReport.Model(name: name, sha256: SHA256Digest(of: [1]))
        let report = ShadowReport(run: "run-1", incumbent: model, candidate: model, lines: lines, created: Date())
        let row = try #require(report.rows.first)
        #expect(report.rows.count == 1 && report.series == 5 && report.compared == 4)
        #expect(report.refusals == ["MODEL_REFUSED": 1])
        #expect(abs(row.meanDice - 1.5 / 4) < 1e-9 && row.worstDice == 0 && row.worstJob == 9)
        // −1, 0, 0 and 0.4 mL.
        #expect(abs(row.medianDifferenceML) < 1e-9)
        #expect((row.series, row.foundByBoth, row.lost, row.gained) == (4, 2, 1, 1))
        #expect(try JSONDecoder().decode(ShadowReport.self, from: Data(try report.jsonBytes())) == report)
        for foreign in ["<script", "http", "src=", "href="] { #expect(!report.html.contains(foreign)) }
        #expect(ReportTests.isBalanced(report.html))
        #expect(report.html.contains("not a medical device") && report.html.contains("MODEL_REFUSED"))
    }
}
