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

    /// Averages each slice to about ``edge`` and samples the stack along the patient's axes.
    ///
    /// `values` is called once for each index of `stack.planes`, in order, and returns rows × columns intensities,
    /// row-major, HU for CT; what it throws is passed on. Values that are not finite count as air.
    public init(stack: SliceStack, modality: AtlasModality, values: (Int) throws -> [Float]) throws {
        var planes: [ReducedPlane] = []
        for (index, plane) in stack.planes.enumerated() {
            let pixels = try values(index)
            precondition(pixels.count == plane.rows * plane.columns, "a slice has rows × columns values")
            planes.append(
                ReducedPlane(pixels, plane: plane, edge: Self.edge, padding: CanonicalVolume.padding(modality))
            )
        }
        let sampler = StackSampler(stack: stack, planes: planes, edge: Self.edge)
        let (low, high) = sampler.bounds
        self.stack = stack
        volume = CanonicalVolume(
            grid: CanonicalGrid(from: low, to: high, spacing: Self.edge),
            modality: modality,
            sample: sampler.sample
        )
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
