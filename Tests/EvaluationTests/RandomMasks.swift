import DICOMSegmentation
import Evaluation
import Geometry

/// Small masks on a stack, drawn with a seed.
struct RandomMasks {
    struct Impossible: Error {}

    let rows: Int
    let columns: Int
    let offsets: [Double]
    let spacing: (row: Double, column: Double)
    let stack: SliceStack

    init(
        rows: Int,
        columns: Int,
        offsets: [Double],
        spacing: (row: Double, column: Double),
        shift: Vector3 = .zero
    ) throws {
        // Directions of a stack that lies obliquely in the patient.
        let (row, column) = (Vector3(0.8, 0.6, 0), Vector3(-0.36, 0.48, -0.8))
        let normal = row.cross(column)
        self.rows = rows
        self.columns = columns
        self.offsets = offsets
        self.spacing = spacing
        stack = try SliceStack(
            planes: offsets.enumerated().map { index, offset in
                let plane = PlaneGeometry(
                    position: Vector3(-31, 12, 5) + normal * offset + shift * Double(index),
                    rowDirection: row,
                    columnDirection: column,
                    rowSpacing: spacing.row,
                    columnSpacing: spacing.column,
                    rows: rows,
                    columns: columns
                )
                guard let plane else { throw Impossible() }
                return plane
            }
        )
    }

    var grid: VoxelGrid { VoxelGrid(stack) }

    /// A few blobs; `share` of the voxels is flipped.
    func mask(seed: UInt64, share: Double = 0) -> SegmentMask {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(UInt64(1) << 53)
        }
        let centres = (0..<2).map { _ in
            (next() * Double(columns), next() * Double(rows), next() * Double(offsets.count), 1.5 + next() * 3)
        }
        return SegmentMask(
            frames: offsets.indices.map { slice in
                var pixels = [UInt8](repeating: 0, count: rows * columns)
                for index in pixels.indices {
                    let isInside = centres.contains { x, y, z, radius in
                        let dx = Double(index % columns) - x
                        let dy = Double(index / columns) - y
                        let dz = (Double(slice) - z) * 1.7
                        return dx * dx + dy * dy + dz * dz < radius * radius
                    }
                    pixels[index] = isInside != (next() < share) ? 1 : 0
                }
                return FrameMask(rows: rows, columns: columns, pixels: pixels)
            }
        )
    }
}
