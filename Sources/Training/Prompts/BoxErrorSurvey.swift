/// How far automatic boxes missed reviewed masks, box by box: what ``JitterBasis`` is made of.
public struct BoxErrorSurvey: Sendable, Hashable {
    /// How one automatic box missed one mask.
    public struct Sample: Sendable, Hashable, Codable {
        /// The segment's identifier, as in ``SampleEntry/segments``.
        public let segment: String
        /// Tells patients apart; a pseudonym or a digest.
        public let patientKey: String
        /// How far left, top, right and bottom lie outside the mask's tight box; below 0 where they cut into it. Pixels of
        /// a slice that is scaled to 256 pixels on its longest side.
        public let outward: [Double]

        /// A box's errors: left, top, right, bottom.
        public init(segment: String, patientKey: String, outward: [Double]) {
            precondition(outward.count == 4 && outward.allSatisfy(\.isFinite), "a box has four sides")
            self.segment = segment
            self.patientKey = patientKey
            self.outward = outward
        }
    }

    /// How much is needed before a distribution is believed.
    ///
    /// Boxes of one patient err together, because the atlas was fitted once: patients count, not only boxes.
    public struct Needs: Sendable, Hashable, Codable {
        /// Patients, for a segment as for all segments together.
        public var patients: Int
        /// Boxes for a segment's own distribution.
        public var boxesPerSegment: Int
        /// Boxes of all segments together.
        public var boxes: Int

        /// Numbers, each at least 1.
        public init(patients: Int = 3, boxesPerSegment: Int = 40, boxes: Int = 100) {
            precondition(patients > 0 && boxesPerSegment > 0 && boxes > 0, "nothing is measured on nothing")
            self.patients = patients
            self.boxesPerSegment = boxesPerSegment
            self.boxes = boxes
        }
    }

    /// What was measured.
    public private(set) var samples: [Sample]

    /// A survey of some boxes.
    public init(_ samples: [Sample] = []) {
        self.samples = samples
    }

    /// Adds boxes.
    public mutating func add(_ more: [Sample]) { samples += more }

    /// How boxes are to miss in training: a segment's own errors where enough were measured, those of all segments where
    /// enough of these were, and the documented distribution otherwise.
    ///
    /// The order in which samples came plays no part.
    public func basis(_ needs: Needs = Needs()) -> JitterBasis {
        let common = part(samples, enough: needs.boxes, patients: needs.patients)
        let groups = Dictionary(grouping: samples, by: \.segment)
        return JitterBasis(
            isMeasured: common != nil,
            common: common ?? JitterBasis.documented.common,
            segments: groups.compactMapValues {
                part($0, enough: needs.boxesPerSegment, patients: needs.patients)
            },
            boxes: samples.count,
            patients: Set(samples.map(\.patientKey)).count
        )
    }

    private func part(_ samples: [Sample], enough: Int, patients: Int) -> JitterBasis.Part? {
        let keys = Set(samples.map(\.patientKey))
        guard samples.count >= enough, keys.count >= patients else { return nil }
        func side(_ index: Int) -> BoxJitter.SideError { .init(measured: samples.map { $0.outward[index] }) }
        return JitterBasis.Part(
            jitter: BoxJitter(left: side(0), top: side(1), right: side(2), bottom: side(3)),
            boxes: samples.count,
            patients: keys.count
        )
    }
}

/// How boxes are made to miss in a run, and what that rests on.
public struct JitterBasis: Sendable, Hashable, Codable {
    /// Distributions of the four sides' errors.
    public struct Part: Sendable, Hashable, Codable {
        /// The distributions.
        public let jitter: BoxJitter
        /// The boxes that they were measured on; 0 where they were not measured here.
        public let boxes: Int
        /// Of how many patients.
        public let patients: Int

        /// Distributions with what they rest on.
        public init(jitter: BoxJitter, boxes: Int, patients: Int) {
            self.jitter = jitter
            self.boxes = boxes
            self.patients = patients
        }
    }

    /// Whether ``common`` was measured; else it is ``BoxJitter/atlas``.
    public let isMeasured: Bool
    /// For segments that have no distributions of their own.
    public let common: Part
    /// By segment, where enough was measured.
    public let segments: [String: Part]
    /// All boxes that were compared, used or not.
    public let boxes: Int
    /// Of how many patients.
    public let patients: Int

    /// Nothing was measured: every segment gets the documented distribution.
    public static let documented = JitterBasis(
        isMeasured: false,
        common: Part(jitter: .atlas, boxes: 0, patients: 0),
        segments: [:],
        boxes: 0,
        patients: 0
    )

    /// In words, for reports.
    public var words: String {
        let own =
            segments.isEmpty
            ? "" : "; \(segments.count) segments miss as was measured on their own boxes"
        guard isMeasured else {
            let found =
                boxes == 0
                ? "no automatic box was compared" : "only \(boxes) boxes of \(patients) patients were compared"
            return "boxes miss as documented for atlases in general: \(found)" + own
        }
        return "boxes miss as was measured here on \(common.boxes) boxes of \(common.patients) patients" + own
    }
}
