import Testing
import Training

@Suite("Bootstrap intervals")
struct BootstrapTests {
    @Test("the interval of a mean of many is the one that the standard error gives")
    func whenLeavesAreManyAndAlike_thenTheIntervalIsTheUsualOne() throws {
        // 400 values of standard deviation 1: the mean's is 1/20.
        let values = (0..<400).map { $0 % 2 == 0 ? 1.0 : -1.0 }
        let sample = Bootstrap.Sample(groups: [Array(values.indices)], drawsGroups: false, unit: .cases)
        let interval = try #require(Bootstrap(seed: 1).interval(of: sample) { Self.mean(values, $0) })
        #expect(abs(interval.lower + 1.96 / 20) < 0.01 && abs(interval.upper - 1.96 / 20) < 0.01)
        #expect(interval.count == 400 && interval.unit == .cases)
    }

    @Test("patients are drawn whole: cases that are alike within a patient make the interval no narrower")
    func whenCasesOfAPatientAreAlike_thenPatientsDecideTheWidth() throws {
        let patients = (0..<40).map { $0 % 2 == 0 ? 1.0 : -1.0 }
        let values = patients.flatMap { [Double](repeating: $0, count: 10) }
        let groups = (0..<40).map { Array($0 * 10..<$0 * 10 + 10) }
        let drawn = Bootstrap.Sample(groups: groups, drawsGroups: true, unit: .patients)
        let single = Bootstrap.Sample(groups: [Array(patients.indices)], drawsGroups: false, unit: .cases)
        let wide = try #require(Bootstrap(seed: 2).interval(of: drawn) { Self.mean(values, $0) })
        let same = try #require(Bootstrap(seed: 3).interval(of: single) { Self.mean(patients, $0) })
        #expect(abs((wide.upper - wide.lower) - (same.upper - same.lower)) < 0.05)
        #expect(wide.count == 40)
    }

    @Test("the same seed gives the same interval, another seed another")
    func whenTheSeedIsTheSame_thenSoIsTheInterval() {
        let values = (0..<30).map { Double($0 * $0 % 17) }
        let sample = Bootstrap.Sample(groups: [Array(values.indices)], drawsGroups: false, unit: .slices)
        func interval(_ seed: UInt64) -> ConfidenceInterval? {
            Bootstrap(seed: seed).interval(of: sample) { Self.mean(values, $0) }
        }
        #expect(interval(7) == interval(7))
        #expect(interval(7) != interval(8))
    }

    @Test("every draw weighs as much as there are leaves")
    func whenLeavesAreDrawn_thenWeightsAddUp() {
        let sample = Bootstrap.Sample(groups: [[0, 1], [2], [3, 4]], drawsGroups: false, unit: .slices)
        _ = Bootstrap(seed: 5).interval(of: sample) { weights in
            #expect(weights.reduce(0, +) == 5 && weights[2] == 1 && weights[0] + weights[1] == 2)
            return 0
        }
    }

    @Test("what cannot be said from most draws has no interval")
    func whenMostDrawsSayNothing_thenThereIsNoInterval() {
        let sample = Bootstrap.Sample(groups: [[0, 1]], drawsGroups: false, unit: .cases)
        #expect(Bootstrap(seed: 1).interval(of: sample) { _ in nil } == nil)
        #expect(Bootstrap(seed: 1).interval(of: sample) { $0[0] > 0 ? 1 : nil } != nil)
    }

    @Test(
        "patients are drawn where there are five, else cases, else slices",
        arguments: [
            (5, 1, ConfidenceInterval.Unit.patients), (4, 2, .cases), (1, 5, .cases), (2, 2, .slices), (1, 1, .slices),
        ]
    )
    func whenThereAreSoManyPatients_thenTheUnitFollows(
        patients: Int,
        each: Int,
        unit: ConfidenceInterval.Unit
    ) {
        let cases = (0..<patients).flatMap { patient in
            (0..<each).map { SamplingUnits.Case(patient: "p\(patient)", id: "c\(patient)-\($0)", slices: [0, 1]) }
        }
        let units = SamplingUnits(cases)
        #expect(units.unit == unit && units.patientCount == patients)
        let ofCases = units.interval(Bootstrap(seed: 1)) { (weights: [Double]) in weights[0] }
        let ofSlices = units.interval(Bootstrap(seed: 1)) { (weights: [[Double]]) in weights[0][0] }
        #expect((ofCases == nil) == (unit == .slices))
        #expect(ofSlices?.unit == .slices && ofSlices?.count == patients * each * 2)
    }

    private static func mean(_ values: [Double], _ weights: [Double]) -> Double {
        zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    }
}
