import DICOMSegmentation
import Evaluation
import Geometry
import Testing

@Suite("Added path length")
struct AddedPathLengthTests {
    private func grid(row: Double, column: Double) throws -> VoxelGrid {
        let planes = try (0..<2).map { index in
            try #require(
                PlaneGeometry(
                    position: Vector3(0, 0, Double(index)),
                    rowDirection: Vector3(1, 0, 0),
                    columnDirection: Vector3(0, 1, 0),
                    rowSpacing: row,
                    columnSpacing: column,
                    rows: 10,
                    columns: 10
                )
            )
        }
        return VoxelGrid(try SliceStack(planes: planes))
    }

    private func square(_ columns: Range<Int>, _ rows: Range<Int>) -> FrameMask {
        FrameMask(
            rows: 10,
            columns: 10,
            pixels: (0..<100).map { columns.contains($0 % 10) && rows.contains($0 / 10) ? 1 : 0 }
        )
    }

    @Test("What was not changed costs nothing, and what was drawn anew costs its whole contour")
    func endsAreKnown() throws {
        let grid = try grid(row: 1, column: 1)
        let mask = SegmentMask(frames: [square(2..<6, 2..<6), nil])
        let nothing = SegmentMask(frameCount: 2)
        #expect(AddedPathLength.millimetres(from: mask, to: mask, grid: grid) == 0)
        #expect(AddedPathLength.millimetres(from: mask, to: nothing, grid: grid) == 0)
        // The contour of a square of four pixels has twelve.
        #expect(AddedPathLength.millimetres(from: nothing, to: mask, grid: grid) == 12)
    }

    @Test("Only the contour that was not there before counts, in mm")
    func onlyNewContourCounts() throws {
        let before = SegmentMask(frames: [square(2..<6, 2..<6), nil])
        let after = SegmentMask(frames: [square(2..<7, 2..<6), nil])
        // A column further: its four pixels are new contour, the old right side lies inside now, but for its two ends.
        #expect(AddedPathLength.millimetres(from: before, to: after, grid: try grid(row: 1, column: 1)) == 4)
        #expect(AddedPathLength.millimetres(from: before, to: after, grid: try grid(row: 0.5, column: 2)) == 4)
        #expect(AddedPathLength.millimetres(from: before, to: after, grid: try grid(row: 2, column: 2)) == 8)
    }

    @Test("At the border of the image the mask ends")
    func bordersAreContours() throws {
        let whole = SegmentMask(frames: [square(0..<10, 0..<10), nil])
        let nothing = SegmentMask(frameCount: 2)
        #expect(AddedPathLength.millimetres(from: nothing, to: whole, grid: try grid(row: 1, column: 1)) == 36)
    }
}
