import DICOMFiles
import Testing

@testable import DICOMSegmentation

@Suite("A mask on one frame, kept as runs or as bits")
struct FrameMaskTests {
    private static let sizes = [(1, 1), (1, 8), (3, 5), (7, 9), (16, 16), (33, 31), (64, 61)]

    /// Solid shapes are kept as runs, noise as bits; both have to be the same to everybody else.
    private static func pixels(rows: Int, columns: Int, density: Double, random: inout FixedRandom) -> [UInt8] {
        guard density >= 0 else {
            return (0..<rows * columns).map { index in
                let (row, column) = (index / columns - rows / 2, index % columns - columns / 2)
                return 9 * (row * row + column * column) < rows * columns ? 1 : 0
            }
        }
        return randomMask(rows: rows, columns: columns, density: density, using: &random).unpacked()
    }

    @Test("whatever the mask, its bits, runs and pixels are those that went in", arguments: sizes)
    func whenAMaskIsKept_thenAllOfItsFormsAgree(rows: Int, columns: Int) {
        var random = FixedRandom(state: UInt64(rows * 100 + columns))
        for density in [-1, 0, 0.02, 0.5, 0.97, 1] {
            let pixels = Self.pixels(rows: rows, columns: columns, density: density, random: &random)
            let mask = FrameMask(rows: rows, columns: columns, pixels: pixels)
            #expect(mask.unpacked() == pixels)
            #expect(mask.pixelCount == pixels.count { $0 == 1 })
            var bits = [UInt8](repeating: 0, count: (pixels.count + 7) / 8)
            for index in pixels.indices where pixels[index] == 1 { bits[index / 8] |= 1 << (index % 8) }
            #expect(mask.packed == bits)
            #expect(mask.runs.flatMap(Array.init) == pixels.indices.filter { pixels[$0] == 1 })
            #expect(zip(mask.runs, mask.runs.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
            let isRight = pixels.indices.allSatisfy {
                mask[row: $0 / columns, column: $0 % columns] == (pixels[$0] == 1)
            }
            #expect(isRight)
            for other in [
                FrameMask(rows: rows, columns: columns, packed: bits),
                FrameMask(rows: rows, columns: columns, runs: mask.runs),
                FrameMask(
                    rows: rows,
                    columns: columns,
                    runs: pixels.indices.filter { pixels[$0] == 1 }.map { $0..<$0 + 1 }
                ),
            ] {
                #expect(other == mask)
                #expect(other.hashValue == mask.hashValue)
            }
        }
    }

    @Test("a file in pieces is the file that the toolkit writes", arguments: ["plain", "odd23x38", "odd187x239"])
    func whenASegmentationIsHandedOutInPieces_thenItIsTheToolkitsFile(name: String) throws {
        let source = try ConformanceSeries(name)
        let request = try source.request()
        guard case .encoded(let segmentation) = try SegmentationBuilder.build(request) else {
            throw ConformanceSeries.Missing(description: "nothing was encoded")
        }
        let plan = try SegmentationPlan(stack: request.volume.stack, masks: request.segments.map(\.mask))
        let whole = try SegmentationDraft(request: request, plan: plan).whole(deflated: false)
        #expect(segmentation.bytes == whole)
        #expect(segmentation.byteCount == whole.count)
        var largest = 0
        segmentation.forEachPiece { largest = max(largest, $0.count) }
        #expect(largest < whole.count)
    }
}
