import DurableFiles
import Training

/// How well one model did on all cases of a role.
public struct ModelEvaluation: Sendable, Hashable, Codable {
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
    /// The version of the program that evaluated.
    public var program: String
    /// In the order of the manifest.
    public var cases: [CaseEvaluation]

    /// What the gate takes.
    public var measured: GateEvidence.Measured {
        GateEvidence.Measured(name: model, model: digest, manifest: manifest, scores: cases.flatMap(\.scores))
    }
}

extension GateEvidence {
    /// The evidence for or against a candidate, on the test cases of a manifest.
    public init(manifest: CaseManifest, incumbent: ModelEvaluation, candidate: ModelEvaluation) {
        let learned = manifest.cases.filter { $0.role != .test }.map(\.patient)
        let structures = manifest.cases(of: .test).flatMap { reviewed in
            reviewed.segments.map { segment in
                let place = Expected(
                    caseID: reviewed.id,
                    segment: "\(reviewed.profile.id)/\(segment.id)",
                    patient: reviewed.patient
                )
                return (place: place, change: segment.change)
            }
        }
        self.init(
            manifest: manifest.digest,
            expected: structures.map(\.place),
            accepted: Set(structures.filter { $0.change == .unchanged }.map(\.place)),
            learned: Set(learned),
            incumbent: incumbent.measured,
            candidate: candidate.measured
        )
    }
}
