/// Who is learnt from, who says when to stop, and who judges: decided by patient, reproducibly.
///
/// Roles follow from the rules, the history and digests of patient keys; the order in which cases come plays no part. A
/// patient has one side: what is drawn from are patients, and cases get the role of theirs.
public struct DatasetSplit: Sendable, Hashable, Codable {
    /// The layout of this record on disk.
    public static let currentFormat = 1

    /// A case with its role.
    public struct Assignment: Sendable, Hashable, Codable {
        /// The case.
        public let caseID: String
        /// Its patient.
        public let patientKey: String
        /// What it is there for.
        public let role: CaseRole
    }

    /// The layout of this record.
    public private(set) var format = DatasetSplit.currentFormat
    /// All cases that have a role, by case. Cases of earlier runs beyond the share of replay have none.
    public let assignments: [Assignment]
    /// What early stopping relies on: patients, slabs where there are too few.
    public let validationKind: ValidationKind

    /// Divides cases.
    ///
    /// - Parameters:
    ///   - cases: every reviewed case that may be used.
    ///   - history: what earlier runs settled.
    ///   - rules: shares and smallest numbers.
    /// - Throws: ``LeakError`` should a patient be on two sides, or a case come with two descriptions.
    public init(
        _ cases: [SplitCase],
        history: SplitHistory = SplitHistory(),
        rules: SplitRules = SplitRules()
    ) throws(LeakError) {
        let cases = Array(Set(cases))
        guard Set(cases.map(\.caseID)).count == cases.count else { throw LeakError(kind: .caseTwice) }
        let patients = SplitPatient.all(of: cases)
        let test = SplitPatient.testPatients(among: patients, history: history, rules: rules)
        let others = patients.filter { !test.contains($0.key) }
        let hasValidation = others.count >= rules.fewestPatientsForValidation
        let validation =
            hasValidation ? SplitPatient.validationPatients(among: others, history: history, rules: rules) : []
        validationKind = hasValidation ? .patients : others.isEmpty ? .none : .slabs

        let learnt = cases.filter { !test.contains($0.patientKey) && !validation.contains($0.patientKey) }
        let fresh = learnt.filter { !history.trainedCases.contains($0.caseID) }
        let replayed = Self.replay(
            learnt.filter { history.trainedCases.contains($0.caseID) }.map(\.caseID),
            limit: Int((Double(fresh.count) * rules.replayShare).rounded(.up))
        )
        assignments = cases.sorted { $0.caseID < $1.caseID }.compactMap { item in
            func assigned(_ role: CaseRole) -> Assignment {
                Assignment(caseID: item.caseID, patientKey: item.patientKey, role: role)
            }
            if test.contains(item.patientKey) { return assigned(.test) }
            if validation.contains(item.patientKey) { return assigned(.validation) }
            guard history.trainedCases.contains(item.caseID) else { return assigned(.train) }
            return replayed.contains(item.caseID) ? assigned(.replay) : nil
        }
        try checkForLeaks(history: history)
    }

    /// The cases with that role, in order.
    public func cases(of role: CaseRole) -> [String] { assignments.filter { $0.role == role }.map(\.caseID) }

    /// The patients of the locked test set.
    public var testPatients: Set<String> { patients { $0 == .test } }
    /// The patients that are learnt from.
    public var learntPatients: Set<String> { patients { $0 == .train || $0 == .replay } }
    /// The patients that say when to stop.
    public var validationPatients: Set<String> { patients { $0 == .validation } }

    /// Looks again for what cannot be.
    ///
    /// - Throws: ``LeakError`` for a patient on two sides, or for one of the locked test set outside it.
    public func checkForLeaks(history: SplitHistory = SplitHistory()) throws(LeakError) {
        let locked = testPatients.union(history.testPatients)
        guard locked.isDisjoint(with: learntPatients), testPatients.isDisjoint(with: history.knownPatients) else {
            throw LeakError(kind: .testPatientInTraining)
        }
        guard locked.isDisjoint(with: validationPatients) else { throw LeakError(kind: .testPatientInValidation) }
        guard validationPatients.isDisjoint(with: learntPatients) else {
            throw LeakError(kind: .validationPatientInTraining)
        }
    }

    private func patients(where isWanted: (CaseRole) -> Bool) -> Set<String> {
        Set(assignments.filter { isWanted($0.role) }.map(\.patientKey))
    }

    private static func replay(_ cases: [String], limit: Int) -> Set<String> {
        Set(cases.sorted { (SplitPatient.rank($0, .replay), $0) < (SplitPatient.rank($1, .replay), $1) }.prefix(limit))
    }
}
