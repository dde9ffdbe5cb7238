import DurableFiles
import Foundation
import Training

/// How good one model is on the cases of a manifest: as JSON, and as a page for people. It holds no patient's data.
public struct EvaluationReport: Sendable, Hashable, Codable {
    /// The version of this layout.
    public var format = "preread-evaluation-1"
    /// ISO 8601, UTC.
    public var created: String
    /// The version of the program that evaluated.
    public var program: String
    /// The name of the model's package.
    public var model: String
    /// SHA-256 of its weights.
    public var digest: SHA256Digest
    /// For example `litemedsam`.
    public var architecture: String
    /// The manifest of the cases.
    public var manifest: SHA256Digest
    /// Which of its cases.
    public var role: ReviewedCase.Role
    /// mm within which surfaces agree; `nil` where no surface could be compared.
    public var tolerance: Double?
    /// Means and intervals.
    public var summary: EvaluationSummary
    /// Each structure of each case.
    public var cases: [CaseLine]

    /// The report of an evaluation; `seed` is what intervals are drawn from.
    public init(_ evaluation: ModelEvaluation, created: Date, seed: UInt64 = 0) {
        self.created = Self.timestamp(created)
        program = evaluation.program
        model = evaluation.model
        digest = evaluation.digest
        architecture = evaluation.architecture
        manifest = evaluation.manifest
        role = evaluation.role
        tolerance = evaluation.tolerance
        summary = EvaluationSummary(evaluation, seed: seed)
        cases = CaseLine.lines(of: evaluation)
    }

    /// The JSON file's bytes, keys sorted.
    public func jsonBytes() throws -> [UInt8] { try Self.json(self) }

    /// One self-contained page.
    public var html: String {
        let tables = SummaryTables(summary: summary, tolerance: tolerance)
        var sections = [facts]
        for kind in BoxKind.allCases {
            guard let table = tables.structures(kind) else { continue }
            sections.append(
                ReportPage.section(
                    kind.heading,
                    [plot(kind), table, ReportPage.note(tables.meaning), ReportPage.note(Self.conventions)]
                )
            )
        }
        if let boxes = tables.boxes { sections.append(ReportPage.section("Boxes", [boxes])) }
        if let paper = tables.paper {
            sections.append(ReportPage.section("SAM-Med2D's own protocol", [paper, ReportPage.note(Self.paperNote)]))
        }
        sections.append(ReportPage.section("Scanners", [tables.scanners]))
        let volumes = VolumePlot(cases, kind: cases.contains { $0.kind == .automatic } ? .automatic : .perfect)
        sections.append(ReportPage.section("Volumes", [volumes.figure]))
        return ReportPage(
            title: "How good \(model) is",
            subtitle: "\(role.rawValue) cases of \(Numbers.count(summary.patients, "patient")), \(created)",
            sections: sections
        ).html
    }

    private var facts: Markup {
        ReportPage.section(
            "What was evaluated",
            [
                ReportPage.facts([
                    ("model", "\(model) (\(architecture))"), ("weights", digest.hex), ("manifest", manifest.hex),
                    (
                        "cases",
                        "\(summary.cases) of role \(role.rawValue), of \(Numbers.count(summary.patients, "patient"))"
                    ),
                    ("program", "Preread \(program)"),
                ]), ReportPage.list(SummaryTables(summary: summary, tolerance: tolerance).refusals),
            ]
        )
    }

    private func plot(_ kind: BoxKind) -> Markup {
        let names = StructureNames(summary.rows.map(\.name))
        let entries = summary.rows.filter { $0.kind == kind }.map {
            DicePlot.Entry(name: names.short($0.name), means: [($0.dice, "after")])
        }
        return ReportPage.figure(DicePlot(entries: entries).picture, "Mean Dice of each structure with its interval.")
    }

    // MARK: - Shared with the report of a run

    static let conventions =
        "Dice is of all voxels of a case; where neither mask nor truth has a voxel it is 1. Distances are between "
        + "surfaces in the patient, and are left out where mask or truth is empty. Of a structure that the pipeline did not "
        + "find, all voxels count as missed."

    static let paperNote =
        "One mask for each structure on each slice; Dice and IoU with 1e-7 added above and below, rounded to four "
        + "decimals, plain mean over masks. Three and five points: each further point is drawn from where the answer was "
        + "wrong, with the previous mask handed back."

    static func timestamp(_ date: Date) -> String { date.ISO8601Format() }

    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }
}

extension ModelEvaluation {
    /// mm within which surfaces agree.
    var tolerance: Double? {
        cases.lazy.flatMap(\.structures).compactMap { $0.perfect.surface?.tolerance }.first
    }
}

extension BoxKind {
    /// For headings.
    var heading: String {
        switch self {
        case .automatic: "Automatic boxes: as in production"
        case .perfect: "Perfect boxes: what the network can do"
        }
    }
}

extension VolumePlot {
    init(_ lines: [CaseLine], kind: BoxKind) {
        self.init(volumes: lines.filter { $0.kind == kind }.map { ($0.volumeML, $0.truthML) })
    }

    /// The picture with its numbers.
    var figure: Markup {
        let words = agreement.map {
            "Each dot is a structure of a case. Mean difference \(Numbers.signed($0.bias, 1)) mL; 95 % of differences are "
                + "expected within \(Numbers.fixed($0.limit, 1)) mL of it (Bland and Altman)."
        }
        return ReportPage.figure(picture, words ?? "Each dot is a structure of a case.")
    }
}
