import Geometry

/// How much of a source slice the atlas can speak for.
public enum SliceCoverage: String, Sendable, Hashable, Codable {
    /// The atlas covers the trunk in the slice.
    case covered
    /// The slice lies in the atlas's first or last 10 mm: a structure may end there because the atlas does.
    case nearAtlasEnd
    /// Most of the trunk in the slice lies beyond the atlas: no box is given.
    case outside
}

/// The box of one segment in one source slice.
public struct SliceBox: Sendable, Hashable {
    /// Index into the target's `stack.planes`.
    public let slice: Int
    /// What to prompt with: the prior's box without its thin tongues, and the margin, clipped to the frame.
    public let box: PixelBox
    /// The box of the prior itself.
    public let tight: PixelBox
    /// Pixels of the prior in the slice.
    public let area: Int
    /// How much of the slice the atlas can speak for.
    public let coverage: SliceCoverage
}

/// Everything a prior says about one segment in a series.
public struct SegmentBoxes: Sendable, Hashable {
    /// The atlas label.
    public let label: UInt16
    /// What the prior was derived from.
    public let source: PriorSource
    /// Ascending by slice; slices without a box are left out, and one with several comes several times.
    public let slices: [SliceBox]

    /// First to last slice with a box, `nil` where there is none.
    public var extent: ClosedRange<Int>? {
        guard let first = slices.first, let last = slices.last else { return nil }
        return first.slice...last.slice
    }
}
