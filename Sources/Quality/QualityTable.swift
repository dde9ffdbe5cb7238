import Evaluation
import Foundation

/// A trial's report as Markdown.
struct QualityTable {
    /// Below this a mask is bad.
    static let bad = 0.7

    let report: AtlasTrialReport

    init(_ report: AtlasTrialReport) {
        self.report = report
    }

    var text: String {
        if let refusal = report.refusal { return "refused, \(refusal.code): \(refusal.message)" }
        var lines = [
            "| structure | slices | written | network | prior | tight box | box filled | box IoU | cuts in p90 | "
                + "reaches out p90 | confidence | emitted |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
        ]
        let known = report.structures.filter { !$0.present.isEmpty }
        lines += known.map(row)
        lines += report.structures.filter { $0.present.isEmpty }.map { structure in
            "| \(structure.name), not in the reference | 0 | | | | | | | | | \(Self.two(structure.confidence)) | "
                + "\(structure.isEmitted ? "yes" : "no") |"
        }
        return (lines + [""] + summary(known)).joined(separator: "\n")
    }

    private func row(_ structure: AtlasTrialReport.Structure) -> String {
        let values = [
            structure.mean { $0.dice }, structure.mean { $0.diceNetwork }, structure.mean { $0.dicePrior },
            structure.mean { $0.diceTight ?? 0 }, structure.mean { $0.diceBoxFill ?? 0 },
            structure.mean { $0.boxIoU ?? 0 }, Self.ninetieth(structure.present.flatMap(\.inner)),
            Self.ninetieth(structure.present.flatMap(\.outer)), structure.confidence,
        ]
        return "| \(structure.name) | \(structure.present.count) | " + values.map(Self.two).joined(separator: " | ")
            + " | \(structure.isEmitted ? "yes" : "no") |"
    }

    private func summary(_ known: [AtlasTrialReport.Structure]) -> [String] {
        func mean(_ value: (AtlasTrialReport.Structure) -> Double, _ structures: [AtlasTrialReport.Structure]) -> Double
        {
            structures.isEmpty ? 0 : structures.reduce(0) { $0 + value($1) } / Double(structures.count)
        }
        let written = mean({ $0.mean { $0.dice } }, known)
        let tight = mean({ $0.mean { $0.diceTight ?? 0 } }, known)
        let emitted = known.filter(\.isEmitted)
        let badCount = emitted.filter { structure in structure.mean { $0.dice } < Self.bad }.count
        let boxed = report.structures.flatMap(\.slices).filter { $0.confidence != nil }
        let curve = FlagCurve(
            scores: boxed.compactMap(\.confidence),
            isBad: boxed.map { $0.diceNetwork < Self.bad }
        )
        let present = known.flatMap(\.present)
        let scores = report.scores.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.two($0.value))" }
        return [
            "* all attempted: written \(Self.two(written)), tight \(Self.two(tight)), ratio \(Self.two(written / tight))",
            "* emitted: \(emitted.count), mean Dice \(Self.two(mean({ $0.mean { $0.dice } }, emitted))), bad \(badCount)",
            "* boxes, p90 in px at 256: cuts in \(Self.two(Self.ninetieth(present.flatMap(\.inner)))), reaches out "
                + Self.two(Self.ninetieth(present.flatMap(\.outer))),
            "* flag AUC of \(boxed.count) masks: \(curve.area.map(Self.two) ?? "–")",
            "* registration: \(scores.joined(separator: ", ")); boxes after "
                + String(format: "%.1f", report.secondsToBoxes) + " s",
        ]
    }

    static func ninetieth(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : sorted[Int((0.9 * Double(sorted.count - 1)).rounded())]
    }

    private static func two(_ value: Double) -> String { value.isNaN ? "–" : String(format: "%.2f", value) }
}
