import DurableFiles
import Evaluation

/// Cases of manifests that point to small files.
enum ManifestCases {
    static let digest = SHA256Digest(of: Array("contents".utf8))

    static func reviewed(
        _ id: String,
        patient: String,
        role: ReviewedCase.Role,
        scanner: String = "A"
    ) -> ReviewedCase {
        ReviewedCase(
            .init(
                id: id,
                studyInstanceUID: "1.2.\(id.utf8.reduce(0) { $0 * 31 % 9_973 + Int($1) })",
                seriesInstanceUID: "1.2.3.\(id)",
                patient: patient,
                profile: .init(id: "ct-abdomen", version: "1.0"),
                scanner: .init(manufacturer: "Maker", model: scanner)
            ),
            instances: [.init(path: "\(id)/1.dcm", sha256: digest), .init(path: "\(id)/2.dcm", sha256: digest)],
            truth: .init(path: "\(id)/truth.dcm", sha256: digest, sopInstanceUID: "1.2.4.\(id)"),
            verdict: .corrected,
            review: .init(reviewer: "Secret^Reviewer", time: "2026-01-02T03:04:05Z"),
            segments: [
                .init(id: "liver", number: 1, change: .edited),
                .init(id: "spleen", number: 2, change: .unchanged),
            ],
            role: role
        )
    }

    static func manifest(_ cases: [ReviewedCase], seed: UInt64 = 7) throws(CaseManifestError) -> CaseManifest {
        try CaseManifest(
            cases: cases,
            seed: seed,
            rules: ["every patient has one role", "a fifth of the patients is locked"],
            program: "1.0.0",
            created: "2026-01-02T03:04:05Z"
        )
    }
}
