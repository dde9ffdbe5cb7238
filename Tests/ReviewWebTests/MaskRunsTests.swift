import DICOMSegmentation
import Foundation
import Testing

@Suite("Runs of a mask")
struct MaskRunsTests {
    private static func random(slices: Int, rows: Int, columns: Int, seed: UInt64) -> SegmentMask {
        var state = seed
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        return SegmentMask(
            frames: (0..<slices).map { _ in
                guard next() % 4 > 0 else { return nil }
                var value: UInt8 = 0
                let pixels = (0..<rows * columns).map { _ -> UInt8 in
                    if next() % 7 == 0 { value = 1 - value }
                    return value
                }
                return FrameMask(rows: rows, columns: columns, pixels: pixels)
            }
        )
    }

    @Test(
        "A mask comes back as it was, pixel for pixel",
        arguments: [(1, 1, 1), (3, 30, 37), (2, 187, 239), (4, 8, 16)]
    )
    func masksComeBack(size: (slices: Int, rows: Int, columns: Int)) throws {
        for seed: UInt64 in 1...20 {
            let mask = Self.random(slices: size.slices, rows: size.rows, columns: size.columns, seed: seed)
            let runs = MaskRuns(mask, rows: size.rows, columns: size.columns)
            #expect(try runs.mask(slices: size.slices, rows: size.rows, columns: size.columns) == mask)
            let plain = mask.frames.flatMap { frame in
                frame?.unpacked() ?? [UInt8](repeating: 0, count: size.rows * size.columns)
            }
            #expect(pixels(ofRuns: Data(runs.bytes), count: plain.count) == plain.map { $0 != 0 })
        }
    }

    @Test("Runs begin with background, and background at the end is left out")
    func codingIsAsAgreed() {
        let frame = FrameMask(rows: 20, columns: 20, pixels: (0..<400).map { 0..<300 ~= $0 ? 1 : 0 })
        #expect(MaskRuns(frame).bytes == [0, 0xAC, 0x02])
        #expect(MaskRuns(SegmentMask(frameCount: 3), rows: 20, columns: 20).bytes == [])
        #expect(MaskRuns(SegmentMask(frames: [nil, frame]), rows: 20, columns: 20).bytes == [0x90, 0x03, 0xAC, 0x02])
    }

    @Test(
        "Bytes that are no runs, or reach beyond the volume, are refused",
        arguments: [
            [0x80], [0, 0x91, 0x03], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [5, 200, 200],
        ]
    )
    func wrongBytesAreRefused(bytes: [UInt8]) {
        #expect(throws: SegmentationError.self) { try MaskRuns(bytes: bytes).mask(slices: 1, rows: 20, columns: 20) }
    }
}
