/// Draws slices: first a segment, so that rare ones come as often as common ones, then one of its cases by weight, so that
/// a long series does not crowd out a short one, then any slice of the case that shows the segment.
///
/// A segment comes as often as the best case that there is of it deserves: one that people drew somewhere four times as
/// often, by default, as one that they always let stand.
struct StratifiedSampler: Sendable {
    struct Drawn: Sendable, Hashable {
        let entry: Int
        let segment: String
    }

    private struct CaseSlices {
        let weight: Double
        var slices: [Int]
    }

    private struct Segment {
        let name: String
        let weight: Double
        var cases: [CaseSlices]
    }

    private let segments: [Segment]

    init(_ entries: [SampleEntry], settings: SamplingSettings) throws(TrainingError) {
        var found: [String: [String: CaseSlices]] = [:]
        var worth: [String: Double] = [:]
        for (index, entry) in entries.enumerated() where settings.weight(of: entry) > 0 {
            for segment in Set(entry.segments) {
                let own = CaseSlices(
                    weight: settings.weight(of: entry) * (entry.segmentWeights[segment] ?? 1),
                    slices: []
                )
                found[segment, default: [:]][entry.caseID, default: own].slices.append(index)
                worth[segment] = max(worth[segment] ?? 0, settings.worth(of: segment, in: entry))
            }
        }
        segments = found.sorted { $0.key < $1.key }.map { name, cases in
            Segment(
                name: name,
                weight: (settings.segmentWeights[name] ?? 1) * (worth[name] ?? 0),
                cases: cases.sorted { $0.key < $1.key }.map(\.value)
            )
        }.filter { $0.weight > 0 }
        guard !segments.isEmpty else {
            throw .tooLittleData("there is no slice to learn from: no case that counts shows a segment that counts")
        }
    }

    /// The segments that can be drawn.
    var segmentNames: [String] { segments.map(\.name) }

    func draw(_ random: inout CounterRandom) -> Drawn {
        let segment = Self.choose(segments, by: \.weight, &random)
        let own = Self.choose(segment.cases, by: \.weight, &random)
        return Drawn(entry: own.slices[random.index(below: own.slices.count)], segment: segment.name)
    }

    private static func choose<Element>(
        _ elements: [Element],
        by weight: (Element) -> Double,
        _ random: inout CounterRandom
    ) -> Element {
        var rest = random.unit() * elements.reduce(0) { $0 + weight($1) }
        for element in elements {
            rest -= weight(element)
            if rest < 0 { return element }
        }
        return elements[elements.count - 1]
    }
}
