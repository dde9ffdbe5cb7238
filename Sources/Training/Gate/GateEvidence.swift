import DurableFiles

/// Everything that the gate decides from: two models, scored on the same locked cases.
public struct GateEvidence: Sendable, Hashable, Codable {
    /// What one model scored, and on what.
    public struct Measured: Sendable, Hashable, Codable {
        /// The name of the model's package.
        public var name: String
        /// SHA-256 of its weights.
        public var model: SHA256Digest
        /// The manifest of cases that it was scored on.
        public var manifest: SHA256Digest
        /// One for each case, structure and kind of box.
        public var scores: [CaseScore]

        /// All parts by name.
        public init(name: String, model: SHA256Digest, manifest: SHA256Digest, scores: [CaseScore]) {
            self.name = name
            self.model = model
            self.manifest = manifest
            self.scores = scores
        }
    }

    /// A structure of a case that has to have been scored.
    public struct Expected: Sendable, Hashable, Codable {
        /// The case's id.
        public var caseID: String
        /// `PROFILE/SEGMENT`.
        public var segment: String
        /// The patient's key.
        public var patient: String

        /// A structure of a case.
        public init(caseID: String, segment: String, patient: String) {
            self.caseID = caseID
            self.segment = segment
            self.patient = patient
        }
    }

    /// The digest of the manifest that is the locked one.
    public var manifest: SHA256Digest
    /// Every structure of every test case of that manifest.
    public var expected: [Expected]
    /// Those of them whose masks a model drew and a person let stand, pixel for pixel. Such a mask tells that it was good
    /// enough, not that another is worse: see ``GateRules/acceptedAllowance``.
    public var accepted: Set<Expected>
    /// Keys of the patients that the candidate learned from, or that said when it should stop.
    public var learned: Set<String>
    /// The model that is in use.
    public var incumbent: Measured
    /// The model that may replace it.
    public var candidate: Measured

    /// All parts by name.
    public init(
        manifest: SHA256Digest,
        expected: [Expected],
        accepted: Set<Expected> = [],
        learned: Set<String>,
        incumbent: Measured,
        candidate: Measured
    ) {
        self.manifest = manifest
        self.expected = expected
        self.accepted = accepted
        self.learned = learned
        self.incumbent = incumbent
        self.candidate = candidate
    }

    /// Where the truth of a score comes from.
    func basis(of key: CaseScore.Key) -> TruthBasis {
        let place = Expected(caseID: key.caseID, segment: key.segment, patient: key.patient)
        return accepted.contains(place) ? .accepted : .drawn
    }
}

/// Where a mask comes from that counts as true.
public enum TruthBasis: String, Sendable, Hashable, Codable, CaseIterable {
    /// A person drew it, or changed what a model had drawn.
    case drawn
    /// A model drew it, and a person let it stand.
    case accepted
}
