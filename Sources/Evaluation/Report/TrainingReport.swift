import DurableFiles
import Foundation
import Training

/// What came of a training run: both models on the locked cases, the gate's decision, and how the run went. As JSON, as a
/// page for people, and as the model's card. It holds no patient's data.
public struct TrainingReport: Sendable, Hashable, Codable {
    /// Numbers of cases and patients of a role.
    public struct RoleCount: Sendable, Hashable, Codable {
        /// What the cases are for.
        public var role: ReviewedCase.Role
        /// How many.
        public var cases: Int
        /// Of how many patients.
        public var patients: Int
        /// Of the cases, those that a person edited.
        public var corrected: Int
    }

    /// The mean over structures of one patient; nothing says who it is.
    public struct PatientPair: Sendable, Hashable, Codable {
        /// Of the incumbent.
        public var before: Double
        /// Of the candidate.
        public var after: Double
    }

    /// The version of this layout.
    public var format = "preread-training-1"
    /// ISO 8601, UTC.
    public var created: String
    /// The run.
    public var run: TrainingRun
    /// What the manifest holds.
    public var data: [RoleCount]
    /// The rules by which cases were chosen and split.
    public var rules: [String]
    /// The manifest's seed.
    public var manifestSeed: UInt64
    /// The incumbent on the locked cases.
    public var before: EvaluationReport
    /// The candidate on the locked cases.
    public var after: EvaluationReport
    /// One for each patient, ascending by the incumbent's mean; automatic boxes where there are any.
    public var patients: [PatientPair]
    /// What the gate said.
    public var decision: PromotionDecision

    /// The report of a run; `seed` is what intervals are drawn from.
    public init(
        run: TrainingRun,
        manifest: CaseManifest,
        incumbent: ModelEvaluation,
        candidate: ModelEvaluation,
        decision: PromotionDecision,
        created: Date
    ) {
        self.created = EvaluationReport.timestamp(created)
        self.run = run
        data = ReviewedCase.Role.allCases.compactMap { role in
            let cases = manifest.cases(of: role)
            guard !cases.isEmpty else { return nil }
            return RoleCount(
                role: role,
                cases: cases.count,
                patients: Set(cases.map(\.patient)).count,
                corrected: cases.count { $0.verdict == .corrected }
            )
        }
        rules = manifest.rules
        manifestSeed = manifest.seed
        before = EvaluationReport(incumbent, created: created, seed: decision.rules.seed)
        after = EvaluationReport(candidate, created: created, seed: decision.rules.seed)
        patients = Self.pairs(incumbent, candidate)
        self.decision = decision
    }

    /// The JSON file's bytes, keys sorted.
    public func jsonBytes() throws -> [UInt8] { try EvaluationReport.json(self) }

    /// One self-contained page.
    public var html: String { TrainingPage(report: self).html }

    /// The model's card as Markdown.
    public var modelCard: String { ModelCard(report: self).markdown }

    private static func pairs(_ incumbent: ModelEvaluation, _ candidate: ModelEvaluation) -> [PatientPair] {
        func means(_ evaluation: ModelEvaluation) -> [String: Double] {
            Dictionary(grouping: evaluation.cases, by: \.patient).compactMapValues { cases in
                let dice = cases.flatMap(\.structures).map { ($0.automatic ?? $0.perfect).dice }
                return dice.isEmpty ? nil : dice.reduce(0, +) / Double(dice.count)
            }
        }
        let after = means(candidate)
        return means(incumbent).compactMap { patient, before in
            after[patient].map { PatientPair(before: before, after: $0) }
        }.sorted { ($0.before, $0.after) < ($1.before, $1.after) }
    }
}
