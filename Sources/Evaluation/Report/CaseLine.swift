import Training

/// One structure of one case with one kind of box, as it stands in a report's JSON: there is no patient's key in it.
public struct CaseLine: Sendable, Hashable, Codable {
    /// The case's id.
    public var caseID: String
    /// `PROFILE/SEGMENT`.
    public var structure: String
    /// Where the boxes came from.
    public var kind: BoxKind
    /// Of all voxels.
    public var dice: Double
    /// The share of the surfaces within the tolerance.
    public var surfaceDice: Double?
    /// mm.
    public var hausdorff95: Double?
    /// mm.
    public var meanDistance: Double?
    /// Of the mask, mL.
    public var volumeML: Double
    /// Of the truth, mL.
    public var truthML: Double

    /// Every structure, kind of box and case of an evaluation.
    static func lines(of evaluation: ModelEvaluation) -> [CaseLine] {
        evaluation.cases.flatMap { one in
            one.structures.flatMap { structure in
                [(BoxKind.automatic, structure.automatic), (.perfect, structure.perfect)].compactMap { kind, found in
                    found.map { CaseLine(one.caseID, structure, kind, $0) }
                }
            }
        }
    }

    private init(
        _ caseID: String,
        _ structure: CaseEvaluation.Structure,
        _ kind: BoxKind,
        _ found: CaseEvaluation.Measurement
    ) {
        self.caseID = caseID
        self.structure = structure.name
        self.kind = kind
        dice = found.dice
        surfaceDice = found.surface?.surfaceDice
        hausdorff95 = found.surface?.hausdorff95
        meanDistance = found.surface?.meanDistance
        volumeML = found.volumeML
        truthML = structure.truthML
    }
}
