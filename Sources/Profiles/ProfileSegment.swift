/// A structure that a profile segments, as it will stand in the SEG.
public struct ProfileSegment: Sendable, Hashable {
    /// Unique in the profile: lower-case letters, digits and hyphens.
    public let id: String
    /// Segment Label (0062,0005), at most 64 ASCII characters.
    public let label: String
    /// Segmented Property Category (0062,0003), from CID 7150.
    public let category: ProfileCode
    /// Segmented Property Type (0062,000F).
    public let type: ProfileCode
    /// Segmented Property Type Modifier (0062,0011): the side (CID 244) and whatever else qualifies the type.
    public let modifiers: [ProfileCode]
    /// In which a viewer is asked to show the segment.
    public let colour: RGBColour
    /// The structure's name in the atlas; `nil` where nothing of the atlas is used.
    public let atlasLabel: String?
    /// Whether the network is asked for it. A structure that no network follows can stand in a profile all the same: people
    /// draw it, and models learn it.
    public let isPromptable: Bool
    /// How the prior becomes a box.
    public let prompt: PromptRule
    /// mL that are to be expected; a limit that is missing is `nil`.
    public let expectedVolume: ValueRange?
    /// The mean of the modality values (HU for CT) in the mask that is to be expected.
    public let expectedMean: ValueRange?
    /// When a mask is good enough to be written.
    public let gates: ConfidenceGates
    /// Which mask stands where the network's and the prior's differ.
    public let fusion: FusionRule
    /// What is done with the masks of all slices together.
    public let cleaning: MaskCleaning
    /// What becomes of corrections.
    public let learning: LearningRule
    /// What a person has to look at.
    public let review: ReviewRule
    /// The file in which the segment stands: the profile's, or that of one that it extends.
    public let file: String
    /// Where it stands there.
    public let line: Int

    /// How a prior becomes a box.
    public struct PromptRule: Sendable, Hashable {
        /// By how many pixels the box grows on each side, at 256 pixels along the longer side of the slice.
        public let margins: BoxMargins
        /// Slices on which the prior covers fewer pixels, at the same scale, get no prompt.
        public let minimumArea: Double
        /// The most boxes of one slice, the largest parts of the prior first.
        public let maximumBoxes: Int
        /// Boxes whose longer side is below this many pixels, at the same scale, are asked of an enlarged crop; 0 for none.
        public let cropsBelow: Double
        /// Whether the prior's mask goes to the network beside the box, where the network takes masks.
        public let usesMask: Bool

        /// The widest margin of the box.
        public var margin: Double { margins.widest }
    }

    /// At least one limit is there.
    public struct ValueRange: Sendable, Hashable {
        /// `nil` for no lower limit.
        public let minimum: Double?
        /// `nil` for no upper limit.
        public let maximum: Double?

        /// A range by its limits.
        public init(minimum: Double?, maximum: Double?) {
            self.minimum = minimum
            self.maximum = maximum
        }

        /// Whether a value is within the limits, which belong to the range.
        public func contains(_ value: Double) -> Bool {
            value >= minimum ?? -.infinity && value <= maximum ?? .infinity
        }
    }

    /// What is done with the masks of all slices together.
    public struct MaskCleaning: Sendable, Hashable {
        /// How many connected bodies in three dimensions stay, the largest first; `nil` for all.
        public let keptComponents: Int?
        /// Holes that are enclosed within a slice are filled.
        public let fillsHoles: Bool
        /// mm: the standard deviation of the Gaussian by which each slice's mask is blurred before it is cut at one half; 0
        /// leaves it as it is.
        public let smoothing: Double

        /// Only the largest connected body in three dimensions stays.
        public var keepsLargestComponent: Bool { keptComponents == 1 }
    }

    /// What a person has to look at.
    public struct ReviewRule: Sendable, Hashable {
        /// The segment is to be looked at in every result.
        public let isRequired: Bool
        /// A segment that is less confident than this is to be looked at; 0 asks nothing.
        public let minimumConfidence: Double

        /// A rule by its parts.
        public init(isRequired: Bool, minimumConfidence: Double) {
            self.isRequired = isRequired
            self.minimumConfidence = minimumConfidence
        }
    }

    /// What becomes of corrections.
    public struct LearningRule: Sendable, Hashable {
        /// Whether a model is trained with reviewed masks of this segment.
        public let isEnabled: Bool
        /// By how much the mean Dice of a candidate may be below that of the model in use; more, and it is not promoted.
        public let maximumDiceLoss: Double
    }
}
