import Training

/// The means of an evaluation with their intervals: by structure, by scanner, and by the paper's protocol.
public struct EvaluationSummary: Sendable, Hashable, Codable {
    /// A mean over cases.
    public struct Mean: Sendable, Hashable, Codable {
        /// The mean.
        public var value: Double
        /// Of the mean; `nil` where none can be given.
        public var interval: ConfidenceInterval?
        /// How many cases have a value.
        public var cases: Int
    }

    /// One structure with one kind of box.
    public struct Row: Sendable, Hashable, Codable {
        /// `PROFILE/SEGMENT`.
        public var name: String
        /// Segment Label.
        public var label: String
        /// Where the boxes came from.
        public var kind: BoxKind
        /// Of all voxels of a case.
        public var dice: Mean
        /// The mean over the slices that have the structure; `nil` where no case has it.
        public var sliceDice: Mean?
        /// The share of the surfaces within the tolerance.
        public var surfaceDice: Mean?
        /// mm; over the cases in which both mask and truth have a voxel.
        public var hausdorff95: Mean?
        /// mm; as above.
        public var meanDistance: Mean?
        /// Of the masks.
        public var volumeML: Double
        /// Of the truth.
        public var truthML: Double
        /// Of the filled boxes themselves.
        public var boxFillDice: Mean?
        /// How far boxes cut into the structure, pixels at 256.
        public var boxInner: Mean?
        /// How far boxes reach beyond it, pixels at 256.
        public var boxOuter: Mean?
        /// Cases in which the truth has the structure.
        public var present: Int
        /// Of these, those in which the mask meets it.
        public var found: Int
    }

    /// The mean over structures for all cases, or those of one scanner.
    public struct Group: Sendable, Hashable, Codable {
        /// The scanner's name, or `all structures`.
        public var name: String
        /// Where the boxes came from.
        public var kind: BoxKind
        /// The mean over structures of the mean over cases.
        public var dice: Mean
    }

    /// The paper's protocol with one way of prompting.
    public struct Paper: Sendable, Hashable, Codable {
        /// What the network was prompted with.
        public var prompting: PromptTrial.Prompting
        /// Plain mean over masks.
        public var dice: Mean
        /// Plain mean over masks.
        public var iou: Mean
        /// The number of masks: one for each structure on each slice.
        public var masks: Int
    }

    /// By structure, then kind of box.
    public var rows: [Row]
    /// The mean over structures, by kind of box.
    public var overall: [Group]
    /// The same for each scanner.
    public var scanners: [Group]
    /// By structure of the paper's protocol; empty where it was not asked for.
    public var paper: [Paper]
    /// The number of patients.
    public var patients: Int
    /// The number of cases.
    public var cases: Int
    /// Cases without automatic boxes, by the code of the refusal.
    public var priorRefusals: [String: Int]

    /// Summarises an evaluation; `seed` is what the bootstrap starts from.
    public init(_ evaluation: ModelEvaluation, seed: UInt64 = 0) {
        let means = CaseMeans(evaluation.cases, bootstrap: Bootstrap(seed: seed))
        rows = means.rows()
        overall = means.groups(named: "all structures") { _ in true }
        scanners = Set(evaluation.cases.map(\.scanner)).sorted().flatMap { scanner in
            means.groups(named: scanner) { $0.scanner == scanner }
        }
        paper = PaperMeans(means).rows()
        patients = means.units.patientCount
        cases = evaluation.cases.count
        priorRefusals = evaluation.cases.reduce(into: [:]) { counts, one in
            if let code = one.priorRefusal { counts[code, default: 0] += 1 }
        }
    }
}
