import DurableFiles
import Training

/// How well one model found the structures of one case.
public struct CaseEvaluation: Sendable, Hashable, Codable {
    /// What one kind of box gave for one structure.
    public struct Measurement: Sendable, Hashable, Codable {
        /// Counts for each slice on which mask or truth has a pixel.
        public var slices: [SliceOverlap]
        /// How far the surfaces are apart; `nil` for stacks that have no right angles.
        public var surface: SurfaceAgreement?
        /// Of the mask.
        public var volumeML: Double
        /// Dice of the filled boxes themselves: what the network is worth beside its prompts.
        public var boxFillDice: Double?
        /// The largest cut of a side of the box into the structure: mean over slices, pixels at 256 on the longest
        /// side. `nil` without boxes.
        public var boxInner: Double?
        /// The same outward.
        public var boxOuter: Double?
        /// Mean intersection over union of the box and the tight one; a slice without a box counts 0.
        public var boxIoU: Double?

        /// Dice of all voxels; 1 where neither mask nor truth has one.
        public var dice: Double {
            let total = slices.reduce(0) { $0 + $1.predicted + $1.truth }
            return total == 0 ? 1 : 2 * Double(slices.reduce(0) { $0 + $1.intersection }) / Double(total)
        }

        /// The mean of Dice over the slices on which the truth has the structure; `nil` where it has none.
        public var sliceDice: Double? {
            let present = slices.filter { $0.truth > 0 }
            guard !present.isEmpty else { return nil }
            return present.reduce(0) { $0 + 2 * Double($1.intersection) / Double($1.predicted + $1.truth) }
                / Double(present.count)
        }
    }

    /// One structure.
    public struct Structure: Sendable, Hashable, Codable {
        /// `PROFILE/SEGMENT`.
        public var name: String
        /// Segment Label.
        public var label: String
        /// Of the truth.
        public var truthML: Double
        /// Through the whole pipeline, as in production; `nil` where the prior was refused.
        public var automatic: Measurement?
        /// The network's own masks for the tight boxes of the truth.
        public var perfect: Measurement
        /// The paper's protocol, where it was asked for.
        public var paper: [PromptTrial]?
    }

    /// The version of this layout.
    public static let format = 1

    /// The version of this layout.
    public var format = CaseEvaluation.format
    /// Of everything that the result depends on: a result with another key is made anew.
    public var key: SHA256Digest
    /// The case's id.
    public var caseID: String
    /// The patient's key.
    public var patient: String
    /// The profile's id.
    public var profile: String
    /// The machine that made the images.
    public var scanner: String
    /// SHA-256 of the model's weights.
    public var model: SHA256Digest
    /// Why there are no automatic boxes, as a code of the pipeline; `nil` where there are.
    public var priorRefusal: String?
    /// In the order of the profile.
    public var structures: [Structure]
    /// Wall-clock seconds.
    public var seconds: Double

    /// Scores as the gate takes them.
    public var scores: [CaseScore] {
        structures.flatMap { structure in
            [(BoxKind.automatic, structure.automatic), (.perfect, structure.perfect)].compactMap { kind, measurement in
                measurement.map { CaseScore(key: key(structure.name, kind), slices: $0.slices) }
            }
        }
    }

    private func key(_ segment: String, _ kind: BoxKind) -> CaseScore.Key {
        CaseScore.Key(
            patient: patient,
            caseID: caseID,
            segment: segment,
            scanner: scanner,
            profile: profile,
            kind: kind
        )
    }
}
