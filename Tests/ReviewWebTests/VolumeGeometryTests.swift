import DICOMFiles
import Foundation
import Geometry
import HummingbirdTesting
import Ledger
import TestSupport
import Testing

@testable import ReviewWeb

/// Series in which an order or a direction that is taken for granted shows.
let geometries: [(series: String, geometry: String?)] = [
    ("plain", nil), ("plain", "non-square pixels"), ("plain", "flipped rows"), ("descending", nil), ("prone", nil),
    ("sagittal", nil), ("coronal", nil), ("oblique", nil), ("mr_sagittal", nil), ("odd187x239_oblique", nil),
    ("odd187x239_descending", nil), ("odd23x38", nil), ("shuffled", nil), ("enhanced", nil), ("enhanced_oblique", nil),
    ("tilt", nil), ("missing_slice", nil),
]

@Suite("What the page is told of a volume")
struct VolumeGeometryTests {
    @Test(
        "Every value lies at its patient coordinates, whatever the order of files and directions",
        arguments: geometries
    )
    func valuesLieInTheirPlace(series: String, geometry: String?) async throws {
        try await ImagingBench.run(series, geometry: geometry) { bench in
            try await bench.application(bench.areas).test(.router) { client in
                let path = "/api/jobs/\(bench.job.rawValue)"
                let volume: VolumeAnswer = try await client.json("\(path)/volume")
                let data = try await client.get("\(path)/slices/0/\(volume.slices)")
                let stored = data.withUnsafeBytes { $0.bindMemory(to: Int16.self).map { Int16(littleEndian: $0) } }
                #expect(stored.count == volume.slices * volume.rows * volume.columns)
                // The order is ascending along row direction × column direction.
                let offsets = volume.positions.map { zip($0, volume.normal).reduce(0) { $0 + $1.0 * $1.1 } }
                #expect(offsets == offsets.sorted())
                for frame in bench.volume.frames {
                    try checkValues(of: frame, volume, stored)
                }
            }
        }
    }

    /// Finds a source frame in the volume by patient coordinates alone, and compares its pixels.
    private func checkValues(of frame: SourceFrame, _ volume: VolumeAnswer, _ stored: [Int16]) throws {
        let values = try FrameReader(frame.path).modalityValues(frameAt: frame.frameIndex)
        let plane = frame.plane
        func distance(_ slice: Int, _ row: Int, _ column: Int) -> Double {
            let there = volume.point(slice: slice, row: row, column: column)
            let here = plane.patientPoint(column: Double(column), row: Double(row))
            return (Vector3(there[0], there[1], there[2]) - here).length
        }
        let slice = try #require((0..<volume.slices).first { distance($0, 0, 0) < 1e-3 })
        // All corners, so that directions and spacings cannot be wrong.
        for (row, column) in [(0, plane.columns - 1), (plane.rows - 1, 0), (plane.rows - 1, plane.columns - 1)] {
            #expect(distance(slice, row, column) < 1e-3)
        }
        let first = slice * values.count
        let decoded = stored[first..<first + values.count].map {
            Float(volume.valueIntercept + volume.valueSlope * Double($0))
        }
        #expect(decoded == values)
    }

    @Test("Masks lie at the patient coordinates of the phantom's truth", arguments: geometries)
    func masksLieInTheirPlace(series: String, geometry: String?) async throws {
        try await ImagingBench.run(series, geometry: geometry) { bench in
            try await bench.application(bench.areas).test(.router) { client in
                let path = "/api/jobs/\(bench.job.rawValue)"
                let volume: VolumeAnswer = try await client.json("\(path)/volume")
                let masks: MaskAnswer = try await client.json("\(path)/masks?source=result")
                #expect(masks.segments.map(\.key) == ["test/liver", "test/spleen"])
                let size = volume.rows * volume.columns
                var found = 0
                for (label, segment) in zip(UInt8(1)..., masks.segments) {
                    let pixels = pixels(ofRuns: segment.runs, count: volume.slices * size)
                    found += pixels.count { $0 }
                    for frame in bench.volume.frames {
                        let truth = try #require(bench.truth[ImagingBench.key(frame)])
                        let corner = frame.plane.position
                        let slice = try #require(
                            volume.positions.firstIndex {
                                (Vector3($0[0], $0[1], $0[2]) - corner).length < 1e-3
                            }
                        )
                        #expect(Array(pixels[slice * size..<(slice + 1) * size]) == truth.map { $0 == label })
                    }
                }
                #expect(found > 100)
            }
        }
    }

    @Test("Slices that lie unevenly have no spacing, others have theirs")
    func sliceSpacingIsToldWhereItIsCertain() async throws {
        for (name, isEven) in [("plain", true), ("missing_slice", false)] {
            try await ImagingBench.run(name) { bench in
                let description = try await bench.volumes.description(of: bench.job)
                #expect((description.sliceSpacing != nil) == isEven)
            }
        }
    }
}

@Suite("Values of a volume in 16 bits")
struct VolumeCodingTests {
    @Test(
        "Integers stay as they are, whatever the word and the rescale",
        arguments: [("plain", 1.0), ("unsigned", 1), ("unsigned12", 1), ("signed12", 1), ("mr", 1), ("monochrome1", 1)]
    )
    func integersAreExact(series: String, slope: Double) async throws {
        try await ImagingBench.run(series) { bench in
            let volume = try await bench.volumes.volume(of: bench.job)
            #expect(try await volume.coding().slope == slope)
            for (slice, frame) in bench.volume.frames.enumerated() {
                let values = try FrameReader(frame.path).modalityValues(frameAt: frame.frameIndex)
                #expect(try await volume.values(of: slice) == values)
            }
        }
    }

    @Test("Slices with rescales of their own are within half a step of the volume's range")
    func differentRescalesAreRounded() async throws {
        try await ImagingBench.run("per_slice_rescale") { bench in
            let volume = try await bench.volumes.volume(of: bench.job)
            let coding = try await volume.coding()
            for (slice, frame) in bench.volume.frames.enumerated() {
                let values = try FrameReader(frame.path).modalityValues(frameAt: frame.frameIndex)
                let decoded = try await volume.values(of: slice)
                let largest = zip(values, decoded).map { abs($0 - $1) }.max() ?? 0
                #expect(Double(largest) <= (coding.isExact ? 0 : coding.slope * 0.51))
            }
        }
    }

    @Test("Sixteen unsigned bits under one rescale lose nothing")
    func unsignedWordsAreMoved() throws {
        let kind = StoredValues(bitsStored: 16, isSigned: false, slope: 0.25, intercept: -7)
        let coding = try #require(VolumeCoding.exact(for: [kind]))
        for raw: Int32 in [0, 1, 32_767, 32_768, 65_535] {
            #expect(coding.value(coding.stored(raw, kind)) == Float(Double(raw) * 0.25 - 7))
        }
        #expect(coding.valueIntercept + coding.slope * Double(coding.stored(65_535, kind)) == 65_535 * 0.25 - 7)
    }

    @Test("Thirty-two bits, or rescales that differ by fractions, have no exact form")
    func wideValuesAreRounded() {
        let wide = StoredValues(bitsStored: 32, isSigned: false, slope: 1, intercept: 0)
        #expect(VolumeCoding.exact(for: [wide]) == nil)
        let one = StoredValues(bitsStored: 16, isSigned: true, slope: 0.5, intercept: 0)
        let other = StoredValues(bitsStored: 16, isSigned: true, slope: 0.25, intercept: 0)
        #expect(VolumeCoding.exact(for: [one, other]) == nil)
        let coding = VolumeCoding.rounded(over: -10...90)
        #expect(coding.value(coding.stored(-10)) == -10)
        #expect(abs(coding.value(coding.stored(90)) - 90) < 1e-3)
    }
}
