/// How much better a candidate has to be, and how much worse it may be anywhere.
public struct GateRules: Sendable, Hashable, Codable {
    /// By how much the mean Dice of a structure may fall, where ``segmentAllowances`` says nothing.
    public var allowance = 0.01
    /// The same for single structures, by `PROFILE/SEGMENT`.
    public var segmentAllowances: [String: Double] = [:]
    /// By how much the mean Dice of a structure may fall where the masks that count as true are a model's own that a person
    /// let stand; more where the structure's allowance is larger.
    ///
    /// The model that drew a mask has a Dice of 1 with it, and every other mask has less, a better one too. What is asked
    /// for is therefore not that nothing is lost but that the candidate still draws about the same.
    public var acceptedAllowance = 0.05
    /// By how much the mean over structures may fall for the cases of one scanner or one profile.
    public var groupAllowance = 0.01
    /// Groups of fewer cases are shown and decide nothing.
    public var minimumGroupCases = 3
    /// With fewer patients the interval is over cases or slices, and ``minimumImprovement`` is asked for on top.
    public var minimumPatients = SamplingUnits.enough
    /// By how much the mean over structures has to rise where there are too few patients for an interval over them.
    public var minimumImprovement = 0.005
    /// What the bootstrap starts from.
    public var seed: UInt64 = 0

    /// The rules as they are without a profile's wishes.
    public init() {}

    /// What a structure may lose, by where its truth comes from.
    public func allowance(for segment: String, _ basis: TruthBasis = .drawn) -> Double {
        let own = segmentAllowances[segment] ?? allowance
        return basis == .drawn ? own : max(own, acceptedAllowance)
    }
}
