import DurableFiles
import Training

/// The page of a training run.
struct TrainingPage {
    let report: TrainingReport

    var html: String {
        ReportPage(
            title: "\(report.run.scope == "atlas" ? "Atlas" : "Training") run \(report.run.id)",
            subtitle: "\(report.before.model) → \(report.after.model), scope \(report.run.scope), \(report.created)",
            sections: [verdict, reasons] + comparisons
                + [patients, volumes, learning, boxes, data, scanners].compactMap { $0 }
        ).html
    }

    private var decision: PromotionDecision { report.decision }

    private var verdict: Markup {
        let isPromoted = decision.verdict == .promote
        let words =
            isPromoted
            ? "The candidate is better and nowhere worse than allowed: it may take the incumbent's place."
            : "The incumbent stays. \(decision.reasons.count == 1 ? "The reason" : "The reasons") below."
        return .element("p", ["class": "verdict \(decision.verdict.rawValue)"], text: words)
    }

    private var reasons: Markup {
        ReportPage.section(
            "What the gate found",
            [
                .element(
                    "ul",
                    ["class": "checks"],
                    decision.checks.map { .element("li", ["class": $0.isPassed ? "kept" : "broken"], text: $0.text) }
                )
            ]
        )
    }

    // MARK: - Structures

    private var comparisons: [Markup] {
        BoxKind.allCases.compactMap { kind in
            let rows = decision.segments.filter { $0.kind == kind }
            guard !rows.isEmpty else { return nil }
            let isMixed = rows.contains { $0.basis == .accepted }
            let table = ReportPage.table(
                [
                    "structure", "truth", "cases", "Dice before", "Dice after", "change", "HD95 mm before",
                    "HD95 mm after",
                ],
                rows.map { comparison($0, kind) }
            )
            let meaning = rows.compactMap(\.scores.interval).first?.meaning ?? "no interval can be given"
            return ReportPage.section(
                kind.heading,
                [
                    ReportPage.legend([("before", report.before.model), ("after", report.after.model)]),
                    ReportPage.figure(
                        DicePlot(entries: entries(kind)).picture,
                        "Mean Dice of each structure with its interval."
                    ),
                    table, ReportPage.note("In brackets: \(meaning)."), ReportPage.note(EvaluationReport.conventions),
                ] + (isMixed ? [ReportPage.note(Self.acceptance)] : [])
            )
        }
    }

    private static let acceptance =
        "Let stand: a model drew the mask and a person accepted it as it was. Its model has a Dice of 1 with it; a fall "
        + "there says how differently the candidate draws, not that it draws worse. Distances are of all cases of a structure."

    private func comparison(_ row: PromotionDecision.Row, _ kind: BoxKind) -> [String] {
        func distance(_ report: EvaluationReport) -> String {
            let found = report.summary.rows.first { $0.name == row.name && $0.kind == kind }
            return Numbers.fixed(found?.hausdorff95?.value, 1)
        }
        return [
            names.short(row.name), row.basis == .drawn ? "drawn" : "let stand", "\(row.scores.cases)",
            Numbers.fixed(row.scores.before, 3),
            Numbers.fixed(row.scores.after, 3),
            Numbers.signed(row.scores.difference, 3) + interval(row.scores.interval), distance(report.before),
            distance(report.after),
        ]
    }

    private func interval(_ interval: ConfidenceInterval?) -> String {
        interval.map { " (\(Numbers.signed($0.lower, 3)) to \(Numbers.signed($0.upper, 3)))" } ?? ""
    }

    private var names: StructureNames { StructureNames(report.after.summary.rows.map(\.name)) }

    private func entries(_ kind: BoxKind) -> [DicePlot.Entry] {
        report.after.summary.rows.filter { $0.kind == kind }.map { after in
            let before = report.before.summary.rows.first { $0.name == after.name && $0.kind == kind }
            return DicePlot.Entry(
                name: names.short(after.name),
                means: (before.map { [($0.dice, "before")] } ?? []) + [(after.dice, "after")]
            )
        }
    }

    // MARK: - Patients, volumes, learning

    private var patients: Markup? {
        guard !report.patients.isEmpty else { return nil }
        let worse = report.patients.count { $0.after < $0.before }
        return ReportPage.section(
            "Patients",
            [
                ReportPage.figure(
                    PatientPlot(patients: report.patients.map { ($0.before, $0.after) }).picture,
                    "Mean Dice over structures of each locked patient, \(report.patients.count) in all; worse: \(worse)."
                )
            ]
        )
    }

    private var volumes: Markup? {
        let kind: BoxKind = report.after.cases.contains { $0.kind == .automatic } ? .automatic : .perfect
        guard report.after.cases.contains(where: { $0.kind == kind }) else { return nil }
        return ReportPage.section("Volumes of the candidate", [VolumePlot(report.after.cases, kind: kind).figure])
    }

    private var learning: Markup? {
        let points = report.run.learning
        let losses = points.compactMap { point in point.trainingLoss.map { (Double(point.step), $0) } }
        let scores = points.compactMap { point in point.validationDice.map { (Double(point.step), $0) } }
        guard !losses.isEmpty || !scores.isEmpty else { return nil }
        let chosen = report.run.chosenStep.map(Double.init)
        var parts: [Markup] = []
        if !losses.isEmpty {
            parts.append(
                LearningPlot(title: "training loss", points: losses, style: "before", chosen: chosen).picture
            )
        }
        if !scores.isEmpty {
            parts.append(
                LearningPlot(title: "validation Dice", points: scores, style: "after", chosen: chosen).picture
            )
        }
        if chosen != nil { parts.append(ReportPage.note("The dashed line is the step whose weights were kept.")) }
        return ReportPage.section("How it learned", parts)
    }

    // MARK: - Facts

    private var boxes: Markup? {
        guard let basis = report.run.boxes else { return nil }
        let parts =
            [(basis.isMeasured ? "all segments together" : "documented", basis.common)]
            + basis.segments.sorted { $0.key < $1.key }.map { (names.short($0.key), $0.value) }
        func side(_ error: BoxJitter.SideError) -> String {
            "\(Numbers.signed(error.value(at: 0.5), 1)) (\(Numbers.signed(error.value(at: 0.05), 1)) to "
                + "\(Numbers.signed(error.value(at: 0.95), 1)))"
        }
        let table = ReportPage.table(
            ["structure", "boxes", "patients", "left", "top", "right", "bottom"],
            parts.map { name, part in
                [name, "\(part.boxes)", "\(part.patients)"]
                    + [part.jitter.left, part.jitter.top, part.jitter.right, part.jitter.bottom].map(side)
            }
        )
        let note =
            "How far a side of an automatic box lies outside the structure, below 0 where it cuts into it: median, and what "
            + "nine of ten lie between, in pixels of a slice of 256 pixels. Structures that are not listed miss as the first "
            + "line says. Of the patients that were learnt from alone."
        return ReportPage.section(
            "How automatic boxes missed",
            [table, ReportPage.note(basis.words + "."), ReportPage.note(note)]
        )
    }

    private var data: Markup {
        let run = report.run
        let notes = run.notes + [run.labelOrigin].compactMap { $0 }
        return ReportPage.section(
            "What it was made from",
            [
                ReportPage.table(
                    ["role", "cases", "patients", "of the cases, edited by a person"],
                    report.data.map { [$0.role.rawValue, "\($0.cases)", "\($0.patients)", "\($0.corrected)"] }
                ), ReportPage.list(report.rules + notes),
                ReportPage.facts(
                    [("manifest", decision.manifest.hex), ("candidate", decision.candidate.hex)]
                        + run.parents.map { ("parent \($0.name)", $0.digest.hex) }
                        + run.seeds.sorted { $0.key < $1.key }.map { ("seed, \($0.key)", "\($0.value)") }
                        + run.settings.map { ($0.name, $0.value) }
                        + [
                            ("time", "\(Numbers.fixed(run.seconds, 0)) s"),
                            ("program", "Preread \(report.after.program)"),
                        ]
                ),
            ]
        )
    }

    private var scanners: Markup {
        ReportPage.section(
            "Scanners",
            [
                ReportPage.table(
                    ["scanner", "boxes", "cases", "Dice before", "Dice after", "change"],
                    decision.scanners.map { row in
                        [
                            row.name, row.kind.rawValue, "\(row.scores.cases)", Numbers.fixed(row.scores.before, 3),
                            Numbers.fixed(row.scores.after, 3),
                            Numbers.signed(row.scores.difference, 3) + interval(row.scores.interval),
                        ]
                    }
                )
            ]
        )
    }
}
