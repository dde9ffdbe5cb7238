/// How much there must be before a run makes sense.
public struct MinimumCounts: Sendable, Hashable, Codable {
    /// Cases to learn from that a person corrected or accepted in this round, replay not counted.
    public var cases: Int
    /// Slices with the segment, for every segment that is to be learnt.
    public var slicesPerSegment: Int

    /// Counts.
    public init(cases: Int = 1, slicesPerSegment: Int = 4) {
        self.cases = cases
        self.slicesPerSegment = slicesPerSegment
    }

    /// Throws ``TrainingError/tooLittleData(_:)`` naming what is missing.
    public func check(_ entries: [SampleEntry]) throws(TrainingError) {
        let fresh = Set(entries.filter { $0.origin != .replay }.map(\.caseID)).count
        guard fresh >= cases else {
            throw .tooLittleData("there are \(fresh) reviewed cases to learn from, \(cases) are needed")
        }
        var slices: [String: Int] = [:]
        for entry in entries {
            for segment in Set(entry.segments) { slices[segment, default: 0] += 1 }
        }
        let few = slices.filter { $0.value < slicesPerSegment }.sorted { $0.key < $1.key }
        guard few.isEmpty, !slices.isEmpty else {
            let list = few.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            throw .tooLittleData(
                "every segment needs \(slicesPerSegment) slices to learn from; there are fewer of \(list)"
            )
        }
    }
}
