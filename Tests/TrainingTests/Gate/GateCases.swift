import DurableFiles
import Training

/// Locked cases with made-up overlaps, and evidence from them.
struct GateCases {
    /// Structures that a case has, in pixels of a slice.
    static let structures = ["ct/liver": 4_000, "ct/spleen": 900, "ct/kidney": 500, "ct/aorta": 200]

    var patients = 8
    var casesEach = 1
    var slices = 12

    /// A number from 0 up to 1 for a place: the same each time.
    static func chance(_ parts: Any...) -> Double {
        let digest = SHA256Digest(of: Array(parts.map { "\($0)" }.joined(separator: "/").utf8))
        return Double(UInt32(digest.hex.prefix(8), radix: 16) ?? 0) / Double(UInt32.max)
    }

    /// The scores of a model whose share of pixels that are right is `quality`, everywhere the same.
    func exact(_ name: String, quality: (CaseScore.Key) -> Double) -> GateEvidence.Measured {
        measured(name, spread: 0, quality: quality)
    }

    /// The scores of a model whose share of pixels that are right is `quality`, a little different everywhere.
    func measured(
        _ name: String,
        kinds: [BoxKind] = BoxKind.allCases,
        spread: Double = 0.06,
        quality: (CaseScore.Key) -> Double
    ) -> GateEvidence.Measured {
        let scores = keys(kinds).map { key -> CaseScore in
            let size = Self.structures[key.segment] ?? 0
            return CaseScore(
                key: key,
                slices: (0..<slices).map { slice in
                    let wobble = spread * (Self.chance(key.caseID, key.segment, slice) - 0.5)
                    let right = min(max(quality(key) + wobble, 0), 1)
                    return SliceOverlap(
                        slice: slice,
                        intersection: Int(right * Double(size)),
                        predicted: size,
                        truth: size
                    )
                }
            )
        }
        return GateEvidence.Measured(
            name: name,
            model: SHA256Digest(of: Array(name.utf8)),
            manifest: Self.manifest,
            scores: scores
        )
    }

    func evidence(_ incumbent: GateEvidence.Measured, _ candidate: GateEvidence.Measured) -> GateEvidence {
        GateEvidence(
            manifest: Self.manifest,
            expected: keys([.perfect]).map { .init(caseID: $0.caseID, segment: $0.segment, patient: $0.patient) },
            learned: ["someone else"],
            incumbent: incumbent,
            candidate: candidate
        )
    }

    func keys(_ kinds: [BoxKind]) -> [CaseScore.Key] {
        (0..<patients).flatMap { patient in
            (0..<casesEach).flatMap { one in
                Self.structures.keys.sorted().flatMap { segment in
                    kinds.map { kind in
                        CaseScore.Key(
                            patient: "p\(patient)",
                            caseID: "p\(patient)-\(one)",
                            segment: segment,
                            scanner: patient % 2 == 0 ? "A" : "B",
                            profile: "ct",
                            kind: kind
                        )
                    }
                }
            }
        }
    }

    static let manifest = SHA256Digest(of: Array("manifest".utf8))
}

extension PromotionDecision {
    /// The rules that are broken.
    var broken: Set<Rule> { Set(checks.filter { !$0.isPassed }.map(\.rule)) }
}
