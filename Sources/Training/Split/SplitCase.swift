/// What must be known of a case to decide its role.
public struct SplitCase: Sendable, Hashable, Codable {
    /// What a person said of the case.
    public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        /// Masks were changed.
        case corrected
        /// Masks were accepted as they were.
        case acceptedUnchanged
    }

    /// Tells cases apart.
    public let caseID: String
    /// Tells patients apart; a pseudonym or a digest.
    public let patientKey: String
    /// The protocol's profile.
    public let protocolID: String
    /// The scanner, or its model.
    public let scanner: String
    /// What a person said of it. A case without a verdict is none.
    public let verdict: Verdict

    /// Describes a reviewed case.
    public init(caseID: String, patientKey: String, protocolID: String, scanner: String, verdict: Verdict) {
        self.caseID = caseID
        self.patientKey = patientKey
        self.protocolID = protocolID
        self.scanner = scanner
        self.verdict = verdict
    }
}

/// What a case is there for.
public enum CaseRole: String, Sendable, Hashable, Codable, CaseIterable {
    /// Learnt from.
    case train
    /// Says when learning ends.
    case validation
    /// Judges candidates; never learnt from, at any time.
    case test
    /// Learnt from in an earlier run, and again now, against forgetting.
    case replay
}

/// What earlier runs have settled for ever.
public struct SplitHistory: Sendable, Hashable, Codable {
    /// The layout of this record on disk.
    public static let currentFormat = 1

    /// The layout of this record.
    public private(set) var format = SplitHistory.currentFormat
    /// Patients of the locked test set: they stay there.
    public private(set) var testPatients: Set<String>
    /// Patients who were ever learnt from or validated on: they can never come to the test set, because the models that are
    /// compared may know them.
    public private(set) var knownPatients: Set<String>
    /// Cases that were learnt from.
    public private(set) var trainedCases: Set<String>

    /// What is settled.
    public init(
        testPatients: Set<String> = [],
        knownPatients: Set<String> = [],
        trainedCases: Set<String> = []
    ) {
        self.testPatients = testPatients
        self.knownPatients = knownPatients
        self.trainedCases = trainedCases
    }

    /// The history with one more run.
    public func adding(_ split: DatasetSplit) -> SplitHistory {
        SplitHistory(
            testPatients: testPatients.union(split.testPatients),
            knownPatients: knownPatients.union(split.learntPatients).union(split.validationPatients),
            trainedCases: trainedCases.union(split.cases(of: .train)).union(split.cases(of: .replay))
        )
    }

    /// Writes sets in order, so that equal histories have equal bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(testPatients.sorted(), forKey: .testPatients)
        try container.encode(knownPatients.sorted(), forKey: .knownPatients)
        try container.encode(trainedCases.sorted(), forKey: .trainedCases)
    }

    private enum CodingKeys: String, CodingKey {
        case format
        case testPatients
        case knownPatients
        case trainedCases
    }
}

/// How cases are divided.
public struct SplitRules: Sendable, Hashable, Codable {
    /// The share of patients in the locked test set, in each group of protocol and scanner.
    public var testShare: Double
    /// The share of the other patients that validation gets.
    public var validationShare: Double
    /// Test patients there must be in all, where there are enough others.
    public var fewestTestPatients: Int
    /// Below this number of patients outside the test set, slabs of series serve for validation.
    public var fewestPatientsForValidation: Int
    /// Cases of earlier runs that are learnt from again, as a multiple of new ones.
    public var replayShare: Double

    /// Rules; shares are 0…1.
    public init(
        testShare: Double = 0.2,
        validationShare: Double = 0.15,
        fewestTestPatients: Int = 1,
        fewestPatientsForValidation: Int = 4,
        replayShare: Double = 1
    ) {
        self.testShare = testShare
        self.validationShare = validationShare
        self.fewestTestPatients = fewestTestPatients
        self.fewestPatientsForValidation = fewestPatientsForValidation
        self.replayShare = replayShare
    }
}
