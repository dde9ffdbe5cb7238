import Pipeline

/// What an atlas is worth for a scan of another patient with reference labels.
public struct AtlasTrialReport: Sendable, Codable {
    /// One structure in one slice.
    public struct Slice: Sendable, Codable {
        /// Index into the stack's planes.
        public var slice: Int
        /// Of the mask that would be written, before the segment's gate.
        public var dice: Double
        /// Of the network's mask alone; 0 without a box.
        public var diceNetwork: Double
        /// Of the prior's mask alone; 0 without one.
        public var dicePrior: Double
        /// Of the network's mask for the reference's own box; `nil` where the reference has nothing.
        public var diceTight: Double?
        /// Of the reference's own box, filled.
        public var diceBoxFill: Double?
        /// Where the mask comes from; `nil` where there was no box.
        public var origin: SegmentDecision.Origin?
        /// What the network thinks of its mask.
        public var predictedIoU: Double?
        /// Dice of network and prior.
        public var agreement: Double?
        /// How far each side of the box cuts into the structure, pixels at 256 on the longest side.
        public var inner: [Double]
        /// How far each side of the box stands off, the same unit.
        public var outer: [Double]
        /// Of automatic and tight box; 0 without a box; `nil` where the reference has nothing.
        public var boxIoU: Double?

        /// Predicted IoU × agreement.
        public var confidence: Double? {
            guard let predictedIoU, let agreement else { return nil }
            return min(max(predictedIoU, 0), 1) * agreement
        }
    }

    /// One structure.
    public struct Structure: Sendable, Codable {
        /// Its name in the atlas.
        public var name: String
        /// Slices with a box or with the structure in the reference.
        public var slices: [Slice]
        /// The median over slices with a box.
        public var confidence: Double
        /// Whether it passes its gate.
        public var isEmitted: Bool

        /// Slices on which the reference has the structure.
        public var present: [Slice] { slices.filter { $0.diceTight != nil } }
        /// Mean over the slices on which the reference has the structure.
        public func mean(_ value: (Slice) -> Double) -> Double {
            present.isEmpty ? 0 : present.reduce(0) { $0 + value($1) } / Double(present.count)
        }
    }

    /// Why there is no box at all.
    public struct Refusal: Sendable, Codable {
        /// A stable word.
        public var code: String
        /// A sentence.
        public var message: String
    }

    /// Set where the registration refused; ``structures`` is empty then.
    public var refusal: Refusal?
    /// In the order that was asked for; only those that the reference or a box has.
    public var structures: [Structure] = []
    /// What the registration says of itself.
    public var scores: [String: Double] = [:]
    /// From the loaded volume to boxes for every structure.
    public var secondsToBoxes = 0.0
}
