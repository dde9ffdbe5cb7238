/// What a run learns from and is judged by.
public struct TrainingData: Sendable {
    /// Slices to learn from.
    public let training: any SampleSource
    /// Slices to validate on; nil for none.
    public let validation: (any SampleSource)?
    /// Whether the validation slices are of other patients.
    public let validationKind: ValidationKind
    /// The patients of the locked test set: none of them may be here.
    public let testPatients: Set<String>
    /// Segments that are not learnt because there is too little of them, with their numbers of slices.
    public let leftOut: [String: Int]

    /// Joins the parts; slices of other patients where `validationKind` is not said.
    public init(
        training: any SampleSource,
        validation: (any SampleSource)?,
        validationKind: ValidationKind = .patients,
        testPatients: Set<String>
    ) {
        self.training = training
        self.validation = validation
        self.validationKind = validation == nil ? .none : validationKind
        self.testPatients = testPatients
        leftOut = [:]
    }

    private init(_ data: TrainingData, training: any SampleSource, leftOut: [String: Int]) {
        self.training = training
        validation = data.validation
        validationKind = data.validationKind
        testPatients = data.testPatients
        self.leftOut = leftOut
    }

    /// The same data without segments that have too few slices to be learnt. Validation goes on looking at them: what is
    /// not learnt may still be forgotten.
    ///
    /// - Throws: ``TrainingError/tooLittleData(_:)`` where nothing is left.
    func leavingOutSparseSegments(_ minimum: MinimumCounts) throws(TrainingError) -> TrainingData {
        try minimum.check(training.entries)
        let sparse = minimum.sparseSegments(training.entries)
        guard !sparse.isEmpty else { return self }
        let rest = WithoutSegments(training, leavingOut: Set(sparse.keys))
        // Cases that showed nothing else are gone with their segments.
        try minimum.check(rest.entries)
        return TrainingData(self, training: rest, leftOut: sparse)
    }

    /// Looks again for what the split excludes by construction.
    ///
    /// - Throws: ``LeakError``.
    public func checkForLeaks() throws(LeakError) {
        let patients = Set(training.entries.map(\.patientKey))
        let judges = Set(validation?.entries.map(\.patientKey) ?? [])
        guard testPatients.isDisjoint(with: patients) else { throw LeakError(kind: .testPatientInTraining) }
        guard testPatients.isDisjoint(with: judges) else { throw LeakError(kind: .testPatientInValidation) }
        switch validationKind {
        case .none: return
        case .patients:
            guard judges.isDisjoint(with: patients) else { throw LeakError(kind: .validationPatientInTraining) }
        case .slabs:
            let learnt = Set(training.entries.map { [$0.caseID, $0.sliceID] })
            let judged = Set(validation?.entries.map { [$0.caseID, $0.sliceID] } ?? [])
            guard judged.isDisjoint(with: learnt) else { throw LeakError(kind: .validationSliceInTraining) }
        }
    }
}
