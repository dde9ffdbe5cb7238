import Foundation
import Testing

@testable import Training

@Suite("Who is learnt from, and who judges")
struct DatasetSplitTests {
    private static func cases(_ patients: Range<Int>, each: Int = 1, scanners: Int = 1) -> [SplitCase] {
        patients.flatMap { patient in
            (0..<each).map { number in
                SplitCase(
                    caseID: "case-\(patient)-\(number)",
                    patientKey: "patient-\(patient)",
                    protocolID: "abdomen",
                    scanner: "scanner-\(patient % scanners)",
                    verdict: number.isMultiple(of: 2) ? .corrected : .acceptedUnchanged
                )
            }
        }
    }

    @Test func whenCasesComeInAnyOrder_thenTheSplitIsTheSame() throws {
        let cases = Self.cases(0..<30, each: 2, scanners: 3)
        let split = try DatasetSplit(cases)
        #expect(try DatasetSplit(cases.reversed()) == split)
        #expect(split.validationKind == .patients)
        #expect(!split.cases(of: .test).isEmpty && !split.cases(of: .validation).isEmpty)
        #expect(split.assignments.count == cases.count)
    }

    @Test func whenThereAreSeveralScanners_thenEachHasTestPatients() throws {
        let cases = Self.cases(0..<40, scanners: 4)
        let test = try DatasetSplit(cases).testPatients
        for scanner in 0..<4 {
            let own = cases.filter { $0.scanner == "scanner-\(scanner)" && test.contains($0.patientKey) }
            #expect(own.count == 2)
        }
    }

    @Test func whenAPatientHasSeveralCases_thenAllHaveOneSide() throws {
        let split = try DatasetSplit(Self.cases(0..<20, each: 3))
        for (_, own) in Dictionary(grouping: split.assignments, by: \.patientKey) {
            #expect(Set(own.map(\.role)).count == 1)
        }
    }

    @Test func whenMoreCasesCome_thenTestPatientsStayAndKnownOnesNeverJoinThem() throws {
        var history = SplitHistory()
        var locked: Set<String> = []
        for round in 1...8 {
            let split = try DatasetSplit(Self.cases(0..<6 * round, each: 2, scanners: 3), history: history)
            #expect(split.testPatients.isSuperset(of: locked))
            #expect(split.testPatients.isDisjoint(with: history.knownPatients))
            locked = split.testPatients
            history = history.adding(split)
        }
        #expect(locked.count >= 8)
    }

    @Test("A patient on two sides is impossible, whatever comes", arguments: 0..<200)
    func whenAnythingIsSplit_thenNoPatientIsOnTwoSides(seed: Int) throws {
        var random = CounterRandom(seed: UInt64(seed), step: 0, item: 0, purpose: .sampling)
        var history = SplitHistory()
        for round in 0..<4 {
            let patients = 1 + random.index(below: 12)
            let cases = Self.cases(0..<patients, each: 1 + random.index(below: 3), scanners: 1 + random.index(below: 3))
                .filter { _ in random.unit() < 0.8 }
            let rules = SplitRules(
                testShare: random.unit(),
                validationShare: random.unit(),
                fewestTestPatients: random.index(below: 4),
                fewestPatientsForValidation: 1 + random.index(below: 5)
            )
            let split = try DatasetSplit(cases, history: history, rules: rules)
            let sides = [split.testPatients, split.validationPatients, split.learntPatients]
            #expect(sides[0].isDisjoint(with: sides[1].union(sides[2])) && sides[1].isDisjoint(with: sides[2]))
            #expect(sides[0].isDisjoint(with: history.knownPatients))
            #expect(history.testPatients.isDisjoint(with: sides[1].union(sides[2])))
            history = history.adding(split)
            #expect(history.testPatients.isDisjoint(with: history.knownPatients), "round \(round)")
        }
    }

    @Test func whenHistoryContradictsItself_thenNothingIsSplit() {
        let history = SplitHistory(testPatients: ["patient-1"], knownPatients: ["patient-1"])
        #expect(throws: LeakError(kind: .testPatientInTraining)) {
            try DatasetSplit(Self.cases(0..<5), history: history)
        }
    }

    @Test func whenACaseHasTwoPatients_thenNothingIsSplit() {
        let first = SplitCase(caseID: "a", patientKey: "p", protocolID: "x", scanner: "y", verdict: .corrected)
        let second = SplitCase(caseID: "a", patientKey: "q", protocolID: "x", scanner: "y", verdict: .corrected)
        #expect(throws: LeakError(kind: .caseTwice)) { try DatasetSplit([first, second]) }
    }

    @Test func whenThereAreTooFewPatients_thenSlabsValidateAndTheTestStaysApart() throws {
        let split = try DatasetSplit(Self.cases(0..<3))
        #expect(split.validationKind == .slabs)
        #expect(split.validationPatients.isEmpty)
        #expect(split.testPatients.count == 1 && split.learntPatients.count == 2)
        let alone = try DatasetSplit(Self.cases(0..<1))
        #expect(alone.testPatients.isEmpty && alone.learntPatients.count == 1)
    }

    @Test func whenCasesWereLearntBefore_thenAShareIsReplayed() throws {
        let history = SplitHistory(
            knownPatients: Set((0..<10).map { "patient-\($0)" }),
            trainedCases: Set((0..<10).map { "case-\($0)-0" })
        )
        let rules = SplitRules(testShare: 0, validationShare: 0, fewestTestPatients: 0, replayShare: 0.5)
        let split = try DatasetSplit(Self.cases(0..<16), history: history, rules: rules)
        let fresh = split.cases(of: .train)
        #expect(split.cases(of: .replay).count == (fresh.count + 1) / 2)
        #expect(Set(split.cases(of: .replay)).isSubset(of: history.trainedCases))
        #expect(Set(fresh).isDisjoint(with: history.trainedCases))
    }

    @Test func whenSplitAndHistoryAreStored_thenTheyComeBack() throws {
        let split = try DatasetSplit(Self.cases(0..<12))
        let history = SplitHistory().adding(split)
        #expect(try JSONDecoder().decode(DatasetSplit.self, from: JSONEncoder().encode(split)) == split)
        #expect(try JSONDecoder().decode(SplitHistory.self, from: JSONEncoder().encode(history)) == history)
    }

    @Test("A slab of neighbours validates, and its neighbours are not used", arguments: [5, 20, 101])
    func whenASeriesIsCut_thenTheSlabIsApart(count: Int) {
        let rule = SlabRule(share: 0.2, gap: 2)
        var starts: Set<Int> = []
        for number in 0..<40 {
            let roles = rule.roles(of: (0..<count).map { _ in [] }, caseID: "case-\(number)")
            let slab = roles.indices.filter { roles[$0] == .validation }
            #expect(slab.count == Int((Double(count) * 0.2).rounded()))
            #expect(slab == Array((slab.first ?? 0)...(slab.last ?? 0)))
            for index in roles.indices where roles[index] == .train {
                #expect(slab.allSatisfy { abs($0 - index) > 2 })
            }
            starts.insert(slab.first ?? -1)
        }
        #expect(starts.count > 1)
    }

    @Test func whenSegmentsLieInOnePart_thenTheSlabShowsThemAndLeavesSome() {
        // The liver on slices 20 to 39, the spleen on 30 to 39, the bladder on 0 to 2.
        let segments = (0..<50).map { slice in
            (20..<40).contains(slice) ? ["liver"] + (slice >= 30 ? ["spleen"] : []) : slice < 3 ? ["bladder"] : []
        }
        for number in 0..<20 {
            let roles = SlabRule(share: 0.1, gap: 0).roles(of: segments, caseID: "case-\(number)")
            let shown = roles.indices.filter { roles[$0] == .validation }
            #expect(shown.count { segments[$0].contains("spleen") } >= 2)
            #expect(shown.count { segments[$0].contains("spleen") } <= 5)
            #expect(shown.count { segments[$0].contains("liver") } >= 2)
        }
    }
}
