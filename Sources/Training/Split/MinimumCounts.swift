/// How much there must be before a run makes sense.
public struct MinimumCounts: Sendable, Hashable, Codable {
    /// Cases to learn from that a person corrected or accepted in this round, replay not counted.
    public var cases: Int
    /// Slices with the segment, for a segment to be learnt. One with fewer is left out, and the others are learnt.
    public var slicesPerSegment: Int

    /// Counts.
    public init(cases: Int = 1, slicesPerSegment: Int = 4) {
        self.cases = cases
        self.slicesPerSegment = slicesPerSegment
    }

    /// Segments with too few slices to be learnt, with their numbers of slices.
    public func sparseSegments(_ entries: [SampleEntry]) -> [String: Int] {
        var slices: [String: Int] = [:]
        for entry in entries {
            for segment in Set(entry.segments) { slices[segment, default: 0] += 1 }
        }
        return slices.filter { $0.value < slicesPerSegment }
    }

    /// Throws ``TrainingError/tooLittleData(_:)`` naming what is missing where nothing is left to learn.
    public func check(_ entries: [SampleEntry]) throws(TrainingError) {
        let fresh = Set(entries.filter { $0.origin != .replay }.map(\.caseID)).count
        guard fresh >= cases else {
            throw .tooLittleData("there are \(fresh) reviewed cases to learn from, \(cases) are needed")
        }
        let known = Set(entries.flatMap(\.segments))
        let sparse = sparseSegments(entries)
        guard sparse.count < known.count else {
            let list = sparse.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            throw .tooLittleData(
                "a segment needs \(slicesPerSegment) slices to be learnt, and none has them"
                    + (list.isEmpty ? "" : " (\(list))")
            )
        }
    }
}
