/// How often slices are drawn.
public struct SamplingSettings: Sendable, Hashable, Codable {
    /// How much a corrected case counts.
    public var corrected: Double
    /// How much a case counts that was accepted as it was: its masks are the model's own, so little is learnt.
    public var acceptedUnchanged: Double
    /// How much a case of an earlier run counts.
    public var replay: Double
    /// How much segments count; those that are not named count 1.
    public var segmentWeights: [String: Double]

    /// Weights of origins and segments, none below 0.
    public init(
        corrected: Double = 1,
        acceptedUnchanged: Double = 0.25,
        replay: Double = 0.5,
        segmentWeights: [String: Double] = [:]
    ) {
        self.corrected = corrected
        self.acceptedUnchanged = acceptedUnchanged
        self.replay = replay
        self.segmentWeights = segmentWeights
    }

    /// How much a slice's case counts.
    func weight(of entry: SampleEntry) -> Double { weight(of: entry.origin) * entry.caseWeight }

    /// How much a segment of a slice has to teach: what people drew more than what they let stand.
    func worth(of segment: String, in entry: SampleEntry) -> Double {
        weight(of: entry.origin) * (entry.segmentWeights[segment] ?? 1)
    }

    private func weight(of origin: SampleOrigin) -> Double {
        switch origin {
        case .corrected: corrected
        case .acceptedUnchanged: acceptedUnchanged
        case .replay: replay
        }
    }
}
