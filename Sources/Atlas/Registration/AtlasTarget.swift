import Geometry

/// A series as registration sees it: planes in the patient and a coarse copy along the patient's axes.
///
/// Any orientation, descending order, uneven steps and gantry tilt are legal; only positions in the patient count.
public struct AtlasTarget: Sendable {
    /// The source planes, ascending along their normal; every result names slices by their index here.
    public let stack: SliceStack
    /// The series at ``edge`` along the patient's axes.
    public let volume: CanonicalVolume

    /// Voxel edge of the coarse copy in millimetres.
    public static let edge = 3.0

    /// Averages each slice to about ``edge`` and samples the stack along the patient's axes. Only the slices around the
    /// ones that were read last are kept: memory goes with the size of the patient, not with the number of slices.
    ///
    /// `values` is called once for each index of `stack.planes`, in order, and returns rows × columns intensities,
    /// row-major, HU for CT; what it throws is passed on. Values that are not finite count as air.
    public init(stack: SliceStack, modality: AtlasModality, values: (Int) throws -> [Float]) throws {
        var sampling = StackSampling(stack: stack, modality: modality, edge: Self.edge)
        for (index, plane) in stack.planes.enumerated() {
            let pixels = try values(index)
            precondition(pixels.count == plane.rows * plane.columns, "a slice has rows × columns values")
            sampling.add(pixels)
        }
        self.stack = stack
        volume = sampling.finished()
    }

    /// A target from planes in any order; `values[i]` belongs to `planes[i]`.
    ///
    /// Throws `SliceStack.Problem` where the planes are no stack.
    public init(planes: [PlaneGeometry], modality: AtlasModality, values: [[Float]]) throws {
        precondition(planes.count == values.count, "each plane has its values")
        let stack = try SliceStack(planes: planes)
        try self.init(stack: stack, modality: modality) { values[stack.sourceIndices[$0]] }
    }
}
