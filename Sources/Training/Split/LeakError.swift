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
        /// A case with two descriptions, of two patients perhaps.
        case caseTwice
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
        case .caseTwice: "a case comes with two descriptions: whose it is cannot be told, and nothing is trained"
        }
    }
}
