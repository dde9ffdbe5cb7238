import DICOMFiles
import DICOMSegmentation
import Geometry

/// The voxels of a stack of slices: how large they are, and where along the stack.
///
/// Slices may lie at uneven distances: every voxel then reaches half the way to each neighbour, and distances are taken
/// between the true positions. The stack may lie obliquely in the patient. Planes that are shifted within themselves from
/// slice to slice (gantry tilt) make no grid at right angles: volumes are right there too, distances are not, and
/// ``isOrthogonal`` is false.
public struct VoxelGrid: Sendable {
    /// Pixel rows.
    public let rows: Int
    /// Pixel columns.
    public let columns: Int
    /// Millimetres between the centres of neighbouring rows.
    public let rowSpacing: Double
    /// Millimetres between the centres of neighbouring columns.
    public let columnSpacing: Double
    /// The place of each slice along the slice normal, in mm, ascending.
    public let offsets: [Double]
    /// How far the voxels of each slice reach along the normal, in mm.
    public let thicknesses: [Double]
    /// Whether neighbouring slices lie straight above each other, within half a pixel over the whole stack.
    public let isOrthogonal: Bool

    /// The grid of a stack; a single plane is `singlePlaneThickness` mm thick, 1 mm where nothing says it.
    public init(_ stack: SliceStack, singlePlaneThickness: Double? = nil) {
        rows = stack.rows
        columns = stack.columns
        rowSpacing = stack.planes[0].rowSpacing
        columnSpacing = stack.planes[0].columnSpacing
        let normal = stack.normal
        offsets = stack.planes.map { $0.offset(along: normal) }
        let steps = stack.steps
        thicknesses = stack.planes.indices.map { index in
            guard let first = steps.first, let last = steps.last else { return singlePlaneThickness ?? 1 }
            return ((index > 0 ? steps[index - 1] : first) + (index < steps.count ? steps[index] : last)) / 2
        }
        let origin = stack.planes[0]
        isOrthogonal = stack.planes.allSatisfy { plane in
            let corner = origin.pixel(of: plane.position)
            return abs(corner.column) <= 0.5 && abs(corner.row) <= 0.5
        }
    }

    /// The grid of a volume.
    public init(_ volume: ImageVolume) {
        self.init(volume.stack, singlePlaneThickness: volume.sliceExtent)
    }

    /// mL of a mask on the slices of the stack.
    public func millilitres(_ mask: SegmentMask) -> Double {
        precondition(mask.frames.count == offsets.count, "one entry for each slice")
        let area = rowSpacing * columnSpacing
        return zip(mask.frames, thicknesses).reduce(0) { $0 + Double($1.0?.pixelCount ?? 0) * area * $1.1 } / 1_000
    }
}
