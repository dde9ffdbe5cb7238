/// One line of SAM-Med2D's own protocol for one mask: what was asked, and how well it was answered.
///
/// Per mask: Dice = (2I + 1e-7) / (G + P + 1e-7) and IoU = (I + 1e-7) / (G + P − I + 1e-7) at the source's resolution,
/// each rounded to four decimals; the score of a model is the plain mean over masks.
public struct PromptTrial: Sendable, Hashable, Codable {
    /// What the network was prompted with.
    public enum Prompting: String, Sendable, Hashable, Codable, CaseIterable {
        /// The tight box.
        case box
        /// One random point of the structure.
        case onePoint
        /// The same, then twice a point where the answer was wrong.
        case threePoints
        /// The same, then four times a point where the answer was wrong.
        case fivePoints

        /// How many points are given in the end.
        public var pointCount: Int {
            switch self {
            case .box: 0
            case .onePoint: 1
            case .threePoints: 3
            case .fivePoints: 5
            }
        }

        /// For tables.
        public var name: String {
            switch self {
            case .box: "perfect box"
            case .onePoint: "1 point"
            case .threePoints: "3 points"
            case .fivePoints: "5 points"
            }
        }
    }

    /// Index of the slice in the volume.
    public var slice: Int
    /// What was asked.
    public var prompting: Prompting
    /// Four decimals.
    public var dice: Double
    /// Four decimals.
    public var iou: Double

    /// Scores a mask against the truth; any byte but 0 counts as inside.
    public init(slice: Int, prompting: Prompting, mask: [UInt8], truth: [UInt8]) {
        precondition(mask.count == truth.count, "masks of different sizes cannot be compared")
        var both = 0.0
        var found = 0.0
        var wanted = 0.0
        for index in mask.indices {
            found += mask[index] != 0 ? 1 : 0
            wanted += truth[index] != 0 ? 1 : 0
            both += mask[index] != 0 && truth[index] != 0 ? 1 : 0
        }
        self.slice = slice
        self.prompting = prompting
        dice = Self.rounded((2 * both + 1e-7) / (wanted + found + 1e-7))
        iou = Self.rounded((both + 1e-7) / (wanted + found - both + 1e-7))
    }

    private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded(.toNearestOrEven) / 10_000 }
}
