import DurableFiles
import Training

/// A model's card: what it is, where it came from, how good it is and where it fails (Mitchell et al., Model Cards for
/// Model Reporting, 2019). Markdown.
struct ModelCard {
    let report: TrainingReport

    /// Structures below this mean Dice are named among the failures.
    private static let weakDice = 0.7

    var markdown: String {
        let parts = [
            heading, origin, data, metrics, scanners, gate, failures, signOff,
        ]
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var after: EvaluationReport { report.after }

    private var heading: String {
        "# Model card: \(Self.plain(after.model))\n\n" + ReportPage.disclaimer
    }

    private var origin: String {
        let run = report.run
        return section(
            "Origin",
            Self.table(
                ["what", "value"],
                [
                    ["weights (SHA-256)", after.digest.hex], ["architecture", after.architecture],
                    ["trained", run.scope], ["run", run.id], ["made", report.created],
                    ["program", "Preread \(after.program)"],
                ] + run.parents.map { ["parent \($0.name)", $0.digest.hex] }
                    + run.seeds.sorted { $0.key < $1.key }.map { ["seed, \($0.key)", "\($0.value)"] }
                    + run.settings.map { [$0.name, $0.value] }
            )
        )
    }

    private var data: String {
        let run = report.run
        let labels = run.labelOrigin.map { [$0] } ?? []
        let table = Self.table(
            ["role", "cases", "patients", "edited by a person"],
            report.data.map { [$0.role.rawValue, "\($0.cases)", "\($0.patients)", "\($0.corrected)"] }
        )
        return section(
            "Data",
            "Manifest of cases (SHA-256): `\(report.decision.manifest.hex)`, seed \(report.manifestSeed).\n\n" + table
                + Self.list(report.rules + run.notes + labels)
        )
    }

    private var metrics: String {
        let tables = BoxKind.allCases.compactMap { kind -> String? in
            let rows = after.summary.rows.filter { $0.kind == kind }
            guard !rows.isEmpty else { return nil }
            let within = after.tolerance.map { " at \(Numbers.fixed($0, 1)) mm" } ?? ""
            return "### \(kind.heading)\n\n"
                + Self.table(
                    ["structure", "cases", "found", "Dice", "surface Dice\(within)", "HD95 mm"],
                    rows.map { row in
                        [
                            row.name, "\(row.dice.cases)", Numbers.share(row.found, of: row.present),
                            Numbers.mean(row.dice, 3), Numbers.mean(row.surfaceDice, 3),
                            Numbers.mean(row.hausdorff95, 1),
                        ]
                    }
                )
        }
        let meaning = SummaryTables(summary: after.summary, tolerance: after.tolerance).meaning
        return section(
            "How good it is",
            (tables + [meaning + " " + EvaluationReport.conventions]).joined(separator: "\n\n")
        )
    }

    private var scanners: String {
        section(
            "By scanner",
            Self.table(
                ["scanner", "boxes", "cases", "Dice, mean over structures"],
                after.summary.scanners.map {
                    [$0.name, $0.kind.rawValue, "\($0.dice.cases)", Numbers.mean($0.dice, 3)]
                }
            )
        )
    }

    private var gate: String {
        let verdict =
            report.decision.verdict == .promote
            ? "The gate let it take the place of \(Self.plain(report.before.model))."
            : "The gate refused it: \(Self.plain(report.before.model)) stays."
        return section("Against the model before it", verdict + Self.list(report.decision.reasons))
    }

    private var failures: String {
        let weak = after.summary.rows.filter { $0.dice.value < Self.weakDice }.map { row in
            "\(row.name), \(row.kind.rawValue) boxes: mean Dice \(Numbers.fixed(row.dice.value, 3))"
        }
        let missed = after.summary.rows.filter { $0.found < $0.present }.map { row in
            "\(row.name), \(row.kind.rawValue) boxes: not found in \(row.present - row.found) of \(row.present) cases"
        }
        let refused = SummaryTables(summary: after.summary, tolerance: nil).refusals
        let all = report.run.knownFailures + weak + missed + refused
        return section(
            "Known failures",
            all.isEmpty
                ? "None was seen on these cases; others may show some."
                : "Structures below a mean Dice of \(Numbers.fixed(Self.weakDice, 1)), and what is missed, are named."
                    + Self.list(all)
        )
    }

    private var signOff: String {
        let name = report.run.signOff
        return section("Sign-off", name.isEmpty ? "Nobody has signed this model off yet." : Self.plain(name))
    }

    // MARK: - Markdown

    private func section(_ title: String, _ body: String) -> String { "## \(title)\n\n\(body)" }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        let rule = "|" + header.indices.map { $0 == 0 ? " --- |" : " ---: |" }.joined()
        func line(_ cells: [String]) -> String { "| " + cells.map(plain).joined(separator: " | ") + " |" }
        return ([line(header), rule] + rows.map(line)).joined(separator: "\n")
    }

    /// A list with an empty line before it; nothing for no lines.
    private static func list(_ lines: [String]) -> String {
        lines.isEmpty ? "" : "\n\n" + lines.map { "* \(plain($0))" }.joined(separator: "\n")
    }

    /// Text in which Markdown and HTML see nothing but text.
    private static func plain(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "!", "~":
                result += "\\"
                result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
            }
        }
    }
}
