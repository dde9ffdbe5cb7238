/// Where the boxes came from that a network was prompted with.
public enum BoxKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// From the profile and its atlas, as in production.
    case automatic
    /// The tight boxes of the truth: what the network can do at best.
    case perfect
}

/// How a mask and the truth overlap on one slice, in pixels.
public struct SliceOverlap: Sendable, Hashable, Codable {
    /// Index of the slice in the volume.
    public var slice: Int
    /// Pixels in both.
    public var intersection: Int
    /// Pixels of the mask.
    public var predicted: Int
    /// Pixels of the truth.
    public var truth: Int

    /// Counts of a slice.
    public init(slice: Int, intersection: Int, predicted: Int, truth: Int) {
        self.slice = slice
        self.intersection = intersection
        self.predicted = predicted
        self.truth = truth
    }
}

/// How well one model found one structure in one case, with one kind of box.
public struct CaseScore: Sendable, Hashable, Codable {
    /// What is compared between models: the same place, whatever the score.
    public struct Key: Sendable, Hashable, Codable {
        /// The patient's key; no patient's number.
        public var patient: String
        /// The case's id.
        public var caseID: String
        /// `PROFILE/SEGMENT`: a structure means something within its profile.
        public var segment: String
        /// The machine that made the images.
        public var scanner: String
        /// The profile's id.
        public var profile: String
        /// Where the boxes came from.
        public var kind: BoxKind

        /// All parts by name.
        public init(
            patient: String,
            caseID: String,
            segment: String,
            scanner: String,
            profile: String,
            kind: BoxKind
        ) {
            self.patient = patient
            self.caseID = caseID
            self.segment = segment
            self.scanner = scanner
            self.profile = profile
            self.kind = kind
        }
    }

    /// What was scored.
    public var key: Key
    /// Of all voxels of the case, 0…1; 1 where neither mask nor truth has a voxel.
    public var dice: Double
    /// Every slice on which mask or truth has a pixel, in ascending order.
    public var slices: [SliceOverlap]

    /// A score with the counts that it was made from.
    public init(key: Key, slices: [SliceOverlap]) {
        self.key = key
        self.slices = slices
        dice = Self.dice(slices.reduce(into: (0, 0)) { $0 = ($0.0 + $1.intersection, $0.1 + $1.predicted + $1.truth) })
    }

    /// Whether the truth has a voxel.
    public var isPresent: Bool { slices.contains { $0.truth > 0 } }
    /// Whether the truth has a voxel and the mask meets it.
    public var isFound: Bool { slices.contains { $0.intersection > 0 } }

    private static func dice(_ counts: (intersection: Int, total: Int)) -> Double {
        counts.total == 0 ? 1 : 2 * Double(counts.intersection) / Double(counts.total)
    }
}
