import Geometry

/// Parallel frames of one size at different positions, in the order of their positions.
public struct ImageVolume: Sendable {
    /// Planes in ascending order along the slice normal.
    public let stack: SliceStack
    /// The frames in the order of ``stack``.
    public let frames: [SourceFrame]
    /// The frame of reference that all frames share.
    public let frameOfReferenceUID: String
    /// What tells this volume from others at the same positions, for example `[.echoTime: "30.0"]`; empty for a plain
    /// series.
    public let phase: [FrameDiscriminator: String]

    /// Sorts frames; fails when they are not parallel, or two are at one position.
    public init(
        frames: [SourceFrame],
        frameOfReferenceUID: String,
        phase: [FrameDiscriminator: String] = [:]
    ) throws(SliceStack.Problem) {
        stack = try SliceStack(planes: frames.map(\.plane))
        self.frames = stack.sourceIndices.map { frames[$0] }
        self.frameOfReferenceUID = frameOfReferenceUID
        self.phase = phase
    }

    /// Pixel rows of each frame.
    public var rows: Int { stack.rows }
    /// Pixel columns of each frame.
    public var columns: Int { stack.columns }
    /// The number of frames.
    public var count: Int { frames.count }

    /// The number of steps that are longer than the others, as in the flag `GAPS n`.
    public var gapCount: Int {
        guard let median = stack.spacingBetweenSlices else { return 0 }
        let steps = stack.steps
        return stack.irregularSteps.filter { steps[$0] > median }.count
    }

    /// Slice Thickness, Spacing Between Slices or the distance of the planes: the extent of a slice along the normal, in
    /// millimetres; `nil` when nothing says it.
    public var sliceExtent: Double? {
        stack.spacingBetweenSlices
            ?? frames.first?.geometry.spacingBetweenSlices.flatMap(Double.init).map(abs)
            ?? frames.first?.geometry.sliceThickness.flatMap(Double.init)
    }

    /// The map from (column, row, slice) to the patient; `nil` for uneven stacks.
    public var affine: Affine3D? { stack.affine(singlePlaneThickness: sliceExtent) }
}
