import Training

/// Tables of a summary, as they stand in every report.
struct SummaryTables {
    let summary: EvaluationSummary
    /// mm within which surfaces agree.
    let tolerance: Double?

    private var names: StructureNames { StructureNames(summary.rows.map(\.name)) }

    /// What the numbers in brackets are.
    var meaning: String {
        let interval = summary.overall.compactMap(\.dice.interval).first
        return "In brackets: " + (interval?.meaning ?? "no interval can be given") + "."
    }

    func structures(_ kind: BoxKind) -> Markup? {
        let rows = summary.rows.filter { $0.kind == kind }
        guard !rows.isEmpty else { return nil }
        let within = tolerance.map { " at \(Numbers.fixed($0, 1)) mm" } ?? ""
        let header = [
            "structure", "cases", "found", "Dice", "Dice by slice", "surface Dice\(within)", "HD95 mm",
            "mean distance mm", "mask mL", "truth mL",
        ]
        return ReportPage.table(
            header,
            rows.map { row in
                [
                    names.short(row.name), "\(row.dice.cases)", Numbers.share(row.found, of: row.present),
                    Numbers.mean(row.dice, 3),
                    Numbers.mean(row.sliceDice, 3), Numbers.mean(row.surfaceDice, 3), Numbers.mean(row.hausdorff95, 1),
                    Numbers.mean(row.meanDistance, 2), Numbers.fixed(row.volumeML, 1), Numbers.fixed(row.truthML, 1),
                ]
            } + overall(kind)
        )
    }

    private func overall(_ kind: BoxKind) -> [[String]] {
        summary.overall.filter { $0.kind == kind }.map { group in
            ["mean over structures", "\(group.dice.cases)", "", Numbers.mean(group.dice, 3)]
                + [String](repeating: "", count: 6)
        }
    }

    /// How good the automatic boxes are, and what they are worth without a network.
    var boxes: Markup? {
        let rows = summary.rows.filter { $0.kind == .automatic }
        guard !rows.isEmpty else { return nil }
        return ReportPage.table(
            ["structure", "cut into it, px at 256", "beyond it, px at 256", "Dice of the filled box", "Dice"],
            rows.map { row in
                [
                    names.short(row.name), Numbers.mean(row.boxInner, 1), Numbers.mean(row.boxOuter, 1),
                    Numbers.mean(row.boxFillDice, 3), Numbers.mean(row.dice, 3),
                ]
            }
        )
    }

    var scanners: Markup {
        ReportPage.table(
            ["scanner", "boxes", "cases", "Dice, mean over structures"],
            summary.scanners.map {
                [$0.name, $0.kind.rawValue, "\($0.dice.cases)", Numbers.mean($0.dice, 3)]
            }
        )
    }

    var paper: Markup? {
        guard !summary.paper.isEmpty else { return nil }
        return ReportPage.table(
            ["prompt", "masks", "Dice", "IoU"],
            summary.paper.map {
                [$0.prompting.name, "\($0.masks)", Numbers.mean($0.dice, 4), Numbers.mean($0.iou, 4)]
            }
        )
    }

    /// Why cases have no automatic boxes; empty where all have.
    var refusals: [String] {
        summary.priorRefusals.sorted { $0.key < $1.key }.map { code, count in
            "\(count) of \(summary.cases) cases have no automatic boxes: \(code)"
        }
    }
}
