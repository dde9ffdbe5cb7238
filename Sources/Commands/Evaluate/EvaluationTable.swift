import Evaluation
import Foundation
import Training

/// A report on reviewed cases for a terminal.
struct EvaluationTable {
    let report: EvaluationReport

    var text: String {
        let summary = report.summary
        var blocks = [
            "\(report.model) on \(summary.cases) \(report.role.rawValue) cases of \(summary.patients) patients"
        ]
        if !summary.paper.isEmpty { blocks.append(paper) }
        blocks += BoxKind.allCases.filter { kind in summary.rows.contains { $0.kind == kind } }.map(structures)
        if let interval = summary.overall.compactMap(\.dice.interval).first { blocks.append(interval.meaning) }
        for (code, count) in summary.priorRefusals.sorted(by: { $0.key < $1.key }) {
            blocks.append("\(count) of \(summary.cases) cases have no automatic boxes: \(code)")
        }
        return blocks.joined(separator: "\n\n")
    }

    private func structures(_ kind: BoxKind) -> String {
        var table = TextTable([
            "\(kind.rawValue) boxes", "cases", "found", "Dice", "95 %", "surface Dice", "HD95 mm", "mL", "truth mL",
        ])
        for row in report.summary.rows where row.kind == kind {
            table.add([
                row.name, "\(row.dice.cases)", "\(row.found)/\(row.present)", Self.number(row.dice.value, 3),
                Self.interval(row.dice), Self.number(row.surfaceDice?.value, 3),
                Self.number(row.hausdorff95?.value, 1), Self.number(row.volumeML, 1), Self.number(row.truthML, 1),
            ])
        }
        for group in report.summary.overall where group.kind == kind {
            table.add([
                "mean", "\(group.dice.cases)", "–", Self.number(group.dice.value, 3), Self.interval(group.dice), "–",
                "–",
                "–", "–",
            ])
        }
        return table.text
    }

    private var paper: String {
        var table = TextTable(["SAM-Med2D's protocol", "masks", "Dice", "95 %", "IoU"])
        for row in report.summary.paper {
            table.add([
                row.prompting.name, "\(row.masks)", Self.number(row.dice.value, 4), Self.interval(row.dice),
                Self.number(row.iou.value, 4),
            ])
        }
        return table.text
    }

    private static func interval(_ mean: EvaluationSummary.Mean) -> String {
        mean.interval.map { "\(number($0.lower, 3))–\(number($0.upper, 3))" } ?? "–"
    }

    private static func number(_ value: Double?, _ digits: Int) -> String {
        value.map { String(format: "%.\(digits)f", $0) } ?? "–"
    }
}
