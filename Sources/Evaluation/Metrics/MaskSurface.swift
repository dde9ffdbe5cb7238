import DICOMSegmentation

/// The part of a grid that holds two masks: distances are computed there alone, and are the same as on all of it.
struct GridRegion {
    let slices: Range<Int>
    let rows: Range<Int>
    let columns: Range<Int>

    /// `nil` where both masks are empty.
    init?(_ masks: [SegmentMask], grid: VoxelGrid) {
        var low = (slice: Int.max, row: Int.max, column: Int.max)
        var high = (slice: -1, row: -1, column: -1)
        for mask in masks {
            for (slice, frame) in mask.frames.enumerated() {
                guard let pixels = frame?.unpacked() else { continue }
                for row in 0..<grid.rows {
                    let line = pixels[row * grid.columns..<(row + 1) * grid.columns]
                    guard let first = line.firstIndex(of: 1), let last = line.lastIndex(of: 1) else { continue }
                    low = (
                        min(low.slice, slice), min(low.row, row), min(low.column, first - line.startIndex)
                    )
                    high = (
                        max(high.slice, slice), max(high.row, row), max(high.column, last - line.startIndex)
                    )
                }
            }
        }
        guard high.slice >= 0 else { return nil }
        slices = low.slice..<high.slice + 1
        rows = low.row..<high.row + 1
        columns = low.column..<high.column + 1
    }

    /// Bytes of a mask in the region, 0 or 1; columns run fastest, then rows, then slices.
    func bytes(of mask: SegmentMask, width: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: slices.count * rows.count * columns.count)
        for slice in slices {
            guard let pixels = mask[slice]?.unpacked() else { continue }
            for row in rows {
                let target = ((slice - slices.lowerBound) * rows.count + row - rows.lowerBound) * columns.count
                for column in columns {
                    bytes[target + column - columns.lowerBound] = pixels[row * width + column]
                }
            }
        }
        return bytes
    }
}

/// The surface of a mask: voxels of the mask that share a face with the outside, each with the area of those faces.
///
/// What lies outside of the image counts as outside of the mask. The area makes slices of any thickness count for what
/// they are: counting voxels would let the flat ends of a structure decide in thick slices.
struct MaskSurface {
    /// Index in the region.
    private(set) var voxels: [Int] = []
    /// mm² of the faces of each voxel towards the outside.
    private(set) var areas: [Double] = []

    init(_ mask: [UInt8], in region: GridRegion, grid: VoxelGrid) {
        let (columns, rows) = (region.columns.count, region.rows.count)
        let plane = columns * rows
        for slice in region.slices.indices {
            let thickness = grid.thicknesses[slice]
            let side = grid.rowSpacing * thickness
            let front = grid.columnSpacing * thickness
            let top = grid.rowSpacing * grid.columnSpacing
            let depth = slice - region.slices.lowerBound
            for row in 0..<rows {
                for column in 0..<columns {
                    let index = depth * plane + row * columns + column
                    guard mask[index] != 0 else { continue }
                    var area = 0.0
                    if column == 0 || mask[index - 1] == 0 { area += side }
                    if column == columns - 1 || mask[index + 1] == 0 { area += side }
                    if row == 0 || mask[index - columns] == 0 { area += front }
                    if row == rows - 1 || mask[index + columns] == 0 { area += front }
                    if depth == 0 || mask[index - plane] == 0 { area += top }
                    if depth == region.slices.count - 1 || mask[index + plane] == 0 { area += top }
                    guard area > 0 else { continue }
                    voxels.append(index)
                    areas.append(area)
                }
            }
        }
    }
}
