import DICOMSegmentation

/// What the network and the prior say of one segment in one slice.
public struct SliceEvidence: Sendable {
    /// Index into the stack's planes.
    public let slice: Int
    /// The network's mask; of several prompts the union.
    public let network: FrameMask
    /// What the network thinks of its mask; of several prompts the least.
    public let predictedIoU: Double
    /// Where the registered atlas expects the segment; `nil` where it does not.
    public let prior: FrameMask?
    /// Dice of the network's mask and the prior: 0…1, 0 without a prior.
    public let agreement: Double

    /// Evidence from its parts; both masks have the size of the slice.
    public init(slice: Int, network: FrameMask, predictedIoU: Double, prior: FrameMask?) {
        self.slice = slice
        self.network = network
        self.predictedIoU = predictedIoU
        self.prior = prior
        agreement = prior.map(network.dice(with:)) ?? 0
    }

    /// Predicted IoU × agreement: of all scores that were tried the one that best tells good masks from bad ones.
    public var confidence: Double { min(max(predictedIoU, 0), 1) * agreement }
}

extension FrameMask {
    /// Dice of two masks of the same size; 1 where both are empty.
    public func dice(with other: FrameMask) -> Double {
        precondition(rows == other.rows && columns == other.columns, "masks of different sizes cannot be compared")
        let total = pixelCount + other.pixelCount
        guard total > 0 else { return 1 }
        let (mine, others) = (runs, other.runs)
        var (shared, i, j) = (0, 0, 0)
        while i < mine.count, j < others.count {
            shared += max(
                0,
                min(mine[i].upperBound, others[j].upperBound) - max(mine[i].lowerBound, others[j].lowerBound)
            )
            if mine[i].upperBound < others[j].upperBound { i += 1 } else { j += 1 }
        }
        return 2 * Double(shared) / Double(total)
    }

    /// Pixels of either mask.
    func union(_ other: FrameMask) -> FrameMask {
        FrameMask(rows: rows, columns: columns, packed: zip(packed, other.packed).map { $0 | $1 })
    }
}
