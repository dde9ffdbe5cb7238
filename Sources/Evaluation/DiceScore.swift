/// Overlap of two masks.
///
/// Dice = 2·|A ∩ B| / (|A| + |B|) (Dice, 1945); two empty masks agree perfectly and score 1.
public struct DiceScore: Sendable, Hashable {
    /// Pixels in both masks.
    public let intersection: Int
    /// Pixels of the first and of the second mask, added.
    public let total: Int

    /// Compares masks of the same size; any byte but 0 counts as inside.
    public init(_ first: [UInt8], _ second: [UInt8]) {
        precondition(first.count == second.count, "masks of different sizes cannot be compared")
        var intersection = 0
        var total = 0
        for index in first.indices {
            let a = first[index] != 0
            let b = second[index] != 0
            intersection += a && b ? 1 : 0
            total += (a ? 1 : 0) + (b ? 1 : 0)
        }
        self.intersection = intersection
        self.total = total
    }

    /// 0…1.
    public var value: Double { total == 0 ? 1 : 2 * Double(intersection) / Double(total) }
}
