import DurableFiles

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

/// Somebody who judges is also learnt from: a fault of the program that put the data together, never of the data.
public struct LeakError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found on both sides.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A patient of the locked test set among those to learn from.
        case testPatientInTraining
        /// A patient of the locked test set among those that stop the run.
        case testPatientInValidation
        /// A patient both to learn from and to validate on.
        case validationPatientInTraining
        /// A slice both to learn from and to validate on.
        case validationSliceInTraining
    }

    /// What was found.
    public let kind: Kind

    /// A finding.
    public init(kind: Kind) {
        self.kind = kind
    }

    /// The text for people; it names nobody.
    public var description: String {
        switch kind {
        case .testPatientInTraining: "a patient of the locked test set is among those to learn from: nothing is trained"
        case .testPatientInValidation:
            "a patient of the locked test set is among those to validate on: nothing is trained"
        case .validationPatientInTraining: "a patient is both to learn from and to validate on: nothing is trained"
        case .validationSliceInTraining: "a slice is both to learn from and to validate on: nothing is trained"
        }
    }
}
