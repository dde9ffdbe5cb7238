/// What can be drawn for an interval from the cases there are.
///
/// Patients where there are enough of them, otherwise cases, otherwise slices: each weaker than the one before, and each
/// interval says which it is.
public struct SamplingUnits: Sendable, Hashable {
    /// One case.
    public struct Case: Sendable, Hashable {
        /// The patient's key.
        public var patient: String
        /// The case's id.
        public var id: String
        /// The slices on which anything was or should have been found.
        public var slices: [Int]

        /// A case of a patient.
        public init(patient: String, id: String, slices: [Int]) {
            self.patient = patient
            self.id = id
            self.slices = slices
        }
    }

    /// The cases, in ascending order of their ids.
    public let cases: [Case]
    /// What is drawn.
    public let unit: ConfidenceInterval.Unit
    /// The number of patients.
    public let patientCount: Int

    /// How many patients, or cases, are needed to draw them. All of five patients better by chance alone happens once in
    /// 32 times; with fewer no interval over patients can be trusted.
    public static let enough = 5

    /// Chooses what is drawn; `enough` is the least number of patients, and of cases.
    public init(_ cases: [Case], enough: Int = Self.enough) {
        self.cases = cases.sorted { $0.id < $1.id }
        patientCount = Set(cases.map(\.patient)).count
        unit = patientCount >= enough ? .patients : cases.count >= enough ? .cases : .slices
    }

    /// The interval of a statistic of cases: `statistic` gets a weight for each of ``cases``.
    ///
    /// `nil` where slices are all that could be drawn.
    public func interval(_ bootstrap: Bootstrap, ofCases statistic: ([Double]) -> Double?) -> ConfidenceInterval? {
        switch unit {
        case .patients:
            let groups = Dictionary(grouping: cases.indices, by: { cases[$0].patient })
            let sample = Bootstrap.Sample(
                groups: groups.sorted { $0.key < $1.key }.map(\.value),
                drawsGroups: true,
                unit: .patients
            )
            return bootstrap.interval(of: sample, statistic: statistic)
        case .cases:
            let sample = Bootstrap.Sample(groups: [Array(cases.indices)], drawsGroups: false, unit: .cases)
            return bootstrap.interval(of: sample, statistic: statistic)
        case .slices: return nil
        }
    }

    /// The interval of a statistic of slices: `statistic` gets, for each of ``cases``, a weight for each of its slices.
    public func interval(
        _ bootstrap: Bootstrap,
        ofSlices statistic: ([[Double]]) -> Double?
    ) -> ConfidenceInterval? {
        var first = 0
        let groups = cases.map { one in
            defer { first += one.slices.count }
            return Array(first..<first + one.slices.count)
        }
        let sample = Bootstrap.Sample(groups: groups, drawsGroups: false, unit: .slices)
        guard sample.leafCount > 0 else { return nil }
        return bootstrap.interval(of: sample) { weights in statistic(groups.map { $0.map { weights[$0] } }) }
    }
}
