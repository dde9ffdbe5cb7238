import DurableFiles
import Foundation

/// How much a candidate and the model in use differ on live series: as JSON, and as a page for people. It holds no
/// patient's data.
///
/// Nobody has reviewed these series for it: it says how much the models differ, and not which of them is right.
public struct ShadowReport: Sendable, Hashable, Codable {
    /// A model by name and weights.
    public struct Model: Sendable, Hashable, Codable {
        /// The name of its package.
        public var name: String
        /// Of its weights.
        public var sha256: SHA256Digest

        /// A model from its parts.
        public init(name: String, sha256: SHA256Digest) {
            (self.name, self.sha256) = (name, sha256)
        }
    }

    /// One segment over all series in which at least one of the models found it.
    public struct Row: Sendable, Hashable, Codable {
        /// `PROFILE/SEGMENT`.
        public var name: String
        /// Segment Label.
        public var label: String
        /// The number of series.
        public var series: Int
        /// Of candidate and model in use, the mean over the series; a lost segment counts 0.
        public var meanDice: Double
        /// The smallest of them.
        public var worstDice: Double
        /// The job with the smallest.
        public var worstJob: Int64
        /// mL by which the candidate's mask is larger, the median over the series.
        public var medianDifferenceML: Double
        /// Series in which both found it.
        public var foundByBoth: Int
        /// Series in which the model in use found it and the candidate did not.
        public var lost: Int
        /// Series in which the candidate alone found it.
        public var gained: Int
    }

    /// The version of this layout.
    public var format = "preread-shadow-1"
    /// ISO 8601, UTC.
    public var created: String
    /// The training run.
    public var run: String
    /// The model in use.
    public var incumbent: Model
    /// The model that the run made.
    public var candidate: Model
    /// How many series count.
    public var series: Int
    /// How many of the jobs were compared.
    public var compared: Int
    /// Jobs that the candidate could not annotate, by reason code.
    public var refusals: [String: Int]
    /// Jobs that could not be compared and do not count, by reason code.
    public var skipped: [String: Int]
    /// By name.
    public var rows: [Row]

    /// The report on a run's lines.
    public init(run: String, incumbent: Model, candidate: Model, lines: [ShadowedSeries], created: Date) {
        self.created = EvaluationReport.timestamp(created)
        (self.run, self.incumbent, self.candidate) = (run, incumbent, candidate)
        series = ShadowedSeries.count(lines)
        compared = lines.count { $0.status == .compared }
        refusals = Self.reasons(lines, .refused)
        skipped = Self.reasons(lines, .skipped)
        let found = lines.flatMap { line in line.segments.map { (job: line.job, segment: $0) } }
        rows = Dictionary(grouping: found, by: \.segment.name).values.compactMap(Self.row).sorted { $0.name < $1.name }
    }

    private static func reasons(_ lines: [ShadowedSeries], _ status: ShadowedSeries.Status) -> [String: Int] {
        lines.filter { $0.status == status }.reduce(into: [:]) { $0[$1.reason ?? "", default: 0] += 1 }
    }

    private static func row(_ found: [(job: Int64, segment: ShadowedSeries.Segment)]) -> Row? {
        guard let worst = found.min(by: { $0.segment.dice < $1.segment.dice }) else { return nil }
        let segments = found.map(\.segment)
        return Row(
            name: worst.segment.name,
            label: worst.segment.label,
            series: segments.count,
            meanDice: segments.reduce(0) { $0 + $1.dice } / Double(segments.count),
            worstDice: worst.segment.dice,
            worstJob: worst.job,
            medianDifferenceML: median(segments.map { $0.candidateML - $0.incumbentML }),
            foundByBoth: segments.count { $0.isFoundByIncumbent && $0.isFoundByCandidate },
            lost: segments.count { $0.isFoundByIncumbent && !$0.isFoundByCandidate },
            gained: segments.count { !$0.isFoundByIncumbent && $0.isFoundByCandidate }
        )
    }

    /// The middle value, or the mean of the two in the middle.
    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    /// The JSON file's bytes, keys sorted.
    public func jsonBytes() throws -> [UInt8] { try EvaluationReport.json(self) }

    /// One self-contained page.
    public var html: String {
        var page = ReportPage(
            title: "\(candidate.name) in the shadow of \(incumbent.name)",
            subtitle: "\(series) series, \(created)",
            sections: [facts, table]
        )
        page.footer =
            "Preread is not a medical device. Its segmentations are pre-reads for review by a qualified person and never "
            + "the diagnosis; this report says how two models differ and nothing of any patient's care."
        return page.html
    }

    private var facts: Markup {
        ReportPage.section(
            "What was compared",
            [
                ReportPage.facts([
                    ("run", run), ("in use", "\(incumbent.name) \(incumbent.sha256)"),
                    ("candidate", "\(candidate.name) \(candidate.sha256)"), ("series", "\(series)"),
                    ("jobs compared", "\(compared)"),
                ]),
                ReportPage.list(
                    refusals.sorted { $0.key < $1.key }.map {
                        "the candidate could not annotate: \($0.value) × \($0.key)"
                    }
                        + skipped.sorted { $0.key < $1.key }.map { "could not be compared: \($0.value) × \($0.key)" }
                ),
            ]
        )
    }

    private var table: Markup {
        let names = StructureNames(rows.map(\.name))
        return ReportPage.section(
            "Where they differ",
            [
                ReportPage.table(
                    [
                        "segment", "series", "mean Dice", "worst Dice", "in job", "median difference mL",
                        "found by both",
                        "lost", "gained",
                    ],
                    rows.map { row in
                        [
                            names.short(row.name), "\(row.series)", Numbers.fixed(row.meanDice, 3),
                            Numbers.fixed(row.worstDice, 3), "\(row.worstJob)",
                            Numbers.signed(row.medianDifferenceML, 1), "\(row.foundByBoth)", "\(row.lost)",
                            "\(row.gained)",
                        ]
                    }
                ),
                ReportPage.note(
                    "Dice is between the masks of both models, over the series in which at least one found the segment. A "
                        + "difference above 0: the candidate's mask is larger. Nobody has reviewed these series for this "
                        + "report: it says how much the models differ, and not which of them is right."
                ),
            ]
        )
    }
}
