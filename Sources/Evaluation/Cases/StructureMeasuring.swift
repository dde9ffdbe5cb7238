import DICOMSegmentation
import Geometry
import Training

/// Measures one structure's mask, and the boxes that led to it, against the truth.
struct StructureMeasuring {
    let grid: VoxelGrid
    /// mm within which surfaces agree.
    let tolerance: Double
    let truth: SegmentMask
    /// By slice; of the truth.
    let tightBoxes: [Int: PixelBox]

    /// The measurement of a mask; `boxes` is empty where none is known.
    func measure(_ mask: SegmentMask, boxes: [Int: PixelBox]) -> CaseEvaluation.Measurement {
        let errors = tightBoxes.compactMap { slice, tight in boxes[slice].map { BoxError(of: $0, against: tight) } }
        let scale = 256 / Double(max(grid.rows, grid.columns))
        func mean(_ value: (BoxError) -> Double) -> Double? {
            errors.isEmpty ? nil : errors.map(value).sorted().reduce(0, +) / Double(errors.count)
        }
        return CaseEvaluation.Measurement(
            slices: SliceOverlap.between(mask, truth: truth),
            surface: SurfaceAgreement(mask, truth, grid: grid, tolerance: tolerance),
            volumeML: grid.millilitres(mask),
            boxFillDice: boxes.isEmpty ? nil : boxFillDice(boxes),
            boxInner: mean { $0.worstInner * scale },
            boxOuter: mean { $0.worstOuter * scale },
            boxIoU: mean(\.intersectionOverUnion).map {
                $0 * Double(errors.count) / Double(tightBoxes.count)
            }
        )
    }

    /// Dice of the boxes themselves; a pixel is inside where its centre is.
    private func boxFillDice(_ boxes: [Int: PixelBox]) -> Double {
        var filled = SegmentMask(frameCount: truth.frames.count)
        for (slice, box) in boxes {
            var pixels = [UInt8](repeating: 0, count: grid.rows * grid.columns)
            for row in 0..<grid.rows where (box.y0...max(box.y0, box.y1)).contains(Double(row) + 0.5) {
                for column in 0..<grid.columns where (box.x0...max(box.x0, box.x1)).contains(Double(column) + 0.5) {
                    pixels[row * grid.columns + column] = 1
                }
            }
            filled[slice] = FrameMask(rows: grid.rows, columns: grid.columns, pixels: pixels)
        }
        let overlaps = SliceOverlap.between(filled, truth: truth)
        let total = overlaps.reduce(0) { $0 + $1.predicted + $1.truth }
        return total == 0 ? 1 : 2 * Double(overlaps.reduce(0) { $0 + $1.intersection }) / Double(total)
    }
}
