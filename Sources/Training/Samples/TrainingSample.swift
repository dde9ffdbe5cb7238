import SegmentAnything

/// How a case came to be training material.
public enum SampleOrigin: String, Sendable, Hashable, Codable, CaseIterable {
    /// A person changed masks.
    case corrected
    /// A person accepted the masks as they were: little is learnt from them.
    case acceptedUnchanged
    /// A case of an earlier run, kept against forgetting.
    case replay
}

/// One slice with what is to be found in it.
public struct TrainingSample: Sendable {
    /// The mask of one segment in the slice.
    public struct Structure: Sendable {
        /// The segment's identifier, the same in all cases.
        public let segment: String
        /// rows × columns, row-major; true inside.
        public let mask: [Bool]
        /// How much the mask counts in the loss, above 0.
        public let weight: Double

        /// A segment and its pixels.
        public init(segment: String, mask: [Bool], weight: Double = 1) {
            precondition(weight > 0, "a structure that counts nothing is left out")
            self.segment = segment
            self.mask = mask
            self.weight = weight
        }
    }

    /// The slice as the network will see it in use.
    public let image: SliceImage
    /// What is in it.
    public let structures: [Structure]

    /// Joins a slice with its masks, which must have its size.
    public init(image: SliceImage, structures: [Structure]) {
        precondition(
            structures.allSatisfy { $0.mask.count == image.rows * image.columns },
            "masks do not have the size of the slice"
        )
        self.image = image
        self.structures = structures
    }
}
