/// Maps modality values to the bytes that a network sees.
///
/// LiteMedSAM's published preparation, which suits every network here: values are clipped to a window (CT, in HU) or to
/// two percentiles of the voxels above 0 (other modalities; voxels that are exactly 0 stay 0). The bytes then span the
/// minimum and maximum of the clipped *volume*, not of one slice, and are truncated.
public struct IntensityScaling: Sendable, Hashable {
    /// Values are clipped to these limits.
    public let limits: ClosedRange<Double>
    /// The clipped values that become 0 and 255.
    public let range: ClosedRange<Double>
    /// Whether 0 is background and is not clipped.
    let keepsZero: Bool

    /// The byte of one value: `trunc((v − low) / (high − low) · 255)` in fp64; 0 for what is not a number.
    public func byte(_ value: Float) -> UInt8 {
        guard value.isFinite, range.upperBound > range.lowerBound else { return 0 }
        let clipped = keepsZero && value == 0 ? 0 : min(max(Double(value), limits.lowerBound), limits.upperBound)
        let inside = min(max(clipped, range.lowerBound), range.upperBound)
        return UInt8((inside - range.lowerBound) / (range.upperBound - range.lowerBound) * 255)
    }

    /// The bytes of one slice, row-major. `inverted` is for MONOCHROME1 images that are scaled by percentiles: their
    /// small values are meant to be bright. A window in HU means tissue and is never inverted.
    public func bytes(_ slice: [Float], inverted: Bool = false) -> [UInt8] {
        inverted && keepsZero ? slice.map { 255 - byte($0) } : slice.map(byte)
    }

    /// The same under limits that are moved by `centre` widths and are `width` times as wide, as another operator or
    /// scanner would have chosen them. Ends of the range that the limits cut move with them.
    public func shifted(centre: Double, width: Double) -> IntensityScaling {
        let span = limits.upperBound - limits.lowerBound
        let middle = (limits.lowerBound + limits.upperBound) / 2 + centre * span
        let moved = (middle - span * width / 2)...(middle + span * width / 2)
        let low = range.lowerBound > limits.lowerBound ? range.lowerBound : moved.lowerBound
        let high = range.upperBound < limits.upperBound ? range.upperBound : moved.upperBound
        let ends = [low, high].map { min(max($0, moved.lowerBound), moved.upperBound) }
        // With zeros kept, the lower end is below the limits: it is the background's, and stays.
        let lower = keepsZero ? min(range.lowerBound, ends[0]) : ends[0]
        return IntensityScaling(limits: moved, range: lower...max(lower, ends[1]), keepsZero: keepsZero)
    }
}
