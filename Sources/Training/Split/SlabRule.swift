/// Which slices of a series that is learnt from serve for validation where there are too few patients: one slab of
/// neighbouring slices, with a gap on both sides that is not used, because neighbours are nearly the same slice.
///
/// The scores are optimistic: they are of patients whom the network has seen.
public struct SlabRule: Sendable, Hashable, Codable {
    /// What a slice is there for.
    public enum Role: String, Sendable, Hashable, Codable {
        case train
        case validation
        /// Too near to validation to learn from.
        case unused
    }

    /// The share of a series that is validated on.
    public var share: Double
    /// Slices on both sides that are not used.
    public var gap: Int

    /// A share, 0…1, and a gap.
    public init(share: Double = 0.2, gap: Int = 1) {
        self.share = share
        self.gap = gap
    }

    /// The role of a slice, counted from 0 along the normal, in a series of `count`. Where the slab lies follows from the
    /// case. A series of fewer than 5 slices is learnt from as a whole.
    public func role(ofSlice index: Int, of count: Int, caseID: String) -> Role {
        precondition((0..<count).contains(index), "slice \(index) of \(count)")
        let length = Int((Double(count) * share).rounded())
        guard count >= 5, length > 0, length < count else { return .train }
        let places = UInt64(count - length + 1)
        let first = Int(SplitPatient.rank(caseID, .slab).multipliedFullWidth(by: places).high)
        if (first..<first + length).contains(index) { return .validation }
        return (first - gap..<first + length + gap).contains(index) ? .unused : .train
    }
}
