/// Whether anything of a series may be written.
struct SeriesVerdict {
    /// Why a person must prompt; `nil` where at least one segment is good enough.
    let refusal: (code: String, message: String)?

    /// The code of a series of which no segment is good enough.
    static let code = "LOW_CONFIDENCE"

    /// Judges the segments of a series together: segments that no prior has a say in do not count.
    init(_ results: [SegmentResult]) {
        let judged = results.filter { !($0.decision?.slices.isEmpty ?? true) }
        guard !judged.isEmpty, judged.allSatisfy(\.isWithheld), judged.count == results.filter(\.wasAsked).count else {
            refusal = nil
            return
        }
        let listed = judged.map { "\($0.segment.label) \(Self.two($0.decision?.confidence ?? 0))" }
        refusal = (
            Self.code,
            "no segment is good enough to be written; confidence by segment: " + listed.joined(separator: ", ")
        )
    }

    private static func two(_ value: Double) -> String { String((value * 100).rounded() / 100) }
}

extension SegmentResult {
    /// Whether the network was asked for it at all.
    var wasAsked: Bool { !answers.isEmpty }
}
