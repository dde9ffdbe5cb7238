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
    /// How the prior becomes a box.
    public let prompt: PromptRule
    /// mL that are to be expected; a limit that is missing is `nil`.
    public let expectedVolume: VolumeRange?
    /// When a mask is good enough to be written.
    public let emit: EmitRule
    /// What is done with the masks of all slices together.
    public let cleaning: MaskCleaning
    /// What becomes of corrections.
    public let learning: LearningRule
    /// Where the segment stands in the profile's file.
    public let line: Int

    /// How a prior becomes a box.
    public struct PromptRule: Sendable, Hashable {
        /// By how many pixels the box grows on each side, at 256 pixels along the longer side of the slice.
        public let margin: Double
        /// Slices on which the prior covers fewer pixels, at the same scale, get no prompt.
        public let minimumArea: Double
    }

    /// mL; at least one limit is there.
    public struct VolumeRange: Sendable, Hashable {
        /// mL, or `nil` for no lower limit.
        public let minimum: Double?
        /// mL, or `nil` for no upper limit.
        public let maximum: Double?

        /// Whether a volume in mL is within the limits, which belong to the range.
        public func contains(_ volume: Double) -> Bool {
            volume >= minimum ?? 0 && volume <= maximum ?? .infinity
        }
    }

    /// When a mask is good enough to be written.
    public struct EmitRule: Sendable, Hashable {
        /// A slice's mask with a smaller predicted IoU is not written.
        public let minimumPredictedIoU: Double
    }

    /// What is done with the masks of all slices together.
    public struct MaskCleaning: Sendable, Hashable {
        /// Only the largest connected body in three dimensions stays.
        public let keepsLargestComponent: Bool
        /// Holes that are enclosed within a slice are filled.
        public let fillsHoles: Bool
    }

    /// What becomes of corrections.
    public struct LearningRule: Sendable, Hashable {
        /// Whether a model is trained with reviewed masks of this segment.
        public let isEnabled: Bool
        /// By how much the mean Dice of a candidate may be below that of the model in use; more, and it is not promoted.
        public let maximumDiceLoss: Double
    }
}
