/// A patient with the group that shares are taken from.
struct SplitPatient: Sendable, Hashable {
    let key: String
    /// Protocol and scanner of the patient's first case, in the order of cases' names.
    let stratum: String

    /// Every patient once, by key.
    static func all(of cases: [SplitCase]) -> [SplitPatient] {
        var strata: [String: (caseID: String, stratum: String)] = [:]
        for item in cases {
            let known = strata[item.patientKey]
            guard known.map({ item.caseID < $0.caseID }) ?? true else { continue }
            strata[item.patientKey] = (item.caseID, "\(item.protocolID)\u{0}\(item.scanner)")
        }
        return strata.map { SplitPatient(key: $0.key, stratum: $0.value.stratum) }.sorted { $0.key < $1.key }
    }

    /// What a patient or a case is ranked for; each purpose has an order of its own.
    enum Purpose: UInt64 {
        case test = 1
        case validation = 2
        case replay = 3
        case slab = 4
    }

    /// A number that follows from the name alone.
    static func rank(_ name: String, _ purpose: Purpose) -> UInt64 {
        CounterRandom.hash(name, salt: purpose.rawValue)
    }

    /// Those of earlier runs, and as many new ones as the shares still want. Patients that a model may know are left out,
    /// and one patient at least is left to learn from.
    static func testPatients(
        among patients: [SplitPatient],
        history: SplitHistory,
        rules: SplitRules
    ) -> Set<String> {
        var test = Set(patients.map(\.key)).intersection(history.testPatients)
        let open = patients.filter { !history.testPatients.contains($0.key) && !history.knownPatients.contains($0.key) }
        func take(_ wanted: Int, _ candidates: [SplitPatient]) {
            let ranked = candidates.filter { !test.contains($0.key) }
                .sorted { (rank($0.key, .test), $0.key) < (rank($1.key, .test), $1.key) }
            for patient in ranked.prefix(max(0, wanted)) where test.count < patients.count - 1 {
                test.insert(patient.key)
            }
        }
        for stratum in Set(patients.map(\.stratum)).sorted() {
            let own = patients.filter { $0.stratum == stratum }
            let wanted = Int((Double(own.count) * rules.testShare).rounded())
            take(wanted - own.filter { test.contains($0.key) }.count, open.filter { $0.stratum == stratum })
        }
        take(rules.fewestTestPatients - test.count, open)
        return test
    }

    /// A share of each group, at least one patient in all. Patients that were never learnt from come first: on others
    /// scores are flattered.
    static func validationPatients(
        among patients: [SplitPatient],
        history: SplitHistory,
        rules: SplitRules
    ) -> Set<String> {
        func ranked(_ patients: [SplitPatient]) -> [SplitPatient] {
            patients.sorted { left, right in
                let (old, other) = (history.knownPatients.contains(left.key), history.knownPatients.contains(right.key))
                if old != other { return !old }
                return (rank(left.key, .validation), left.key) < (rank(right.key, .validation), right.key)
            }
        }
        var chosen: Set<String> = []
        for stratum in Set(patients.map(\.stratum)).sorted() {
            let own = patients.filter { $0.stratum == stratum }
            let wanted = Int((Double(own.count) * rules.validationShare).rounded())
            chosen.formUnion(ranked(own).prefix(min(wanted, own.count - 1)).map(\.key))
        }
        if chosen.isEmpty { chosen.formUnion(ranked(patients).prefix(1).map(\.key)) }
        return chosen
    }
}
