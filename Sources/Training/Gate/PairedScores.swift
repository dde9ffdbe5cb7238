/// Scores of two models at the same places.
struct PairedScores: Sendable {
    /// One place.
    struct Pair: Sendable {
        let key: CaseScore.Key
        /// Index into ``PairedScores/units``' cases.
        let caseIndex: Int
        let before: CaseScore
        let after: CaseScore
        /// For each slice on which either has a pixel: its index among the case's slices, and both counts.
        let slices: [SlicePair]

        var difference: Double { after.dice - before.dice }
    }

    /// The counts of both models on one slice.
    struct SlicePair: Sendable {
        let position: Int
        let before: SliceOverlap
        let after: SliceOverlap
    }

    let pairs: [Pair]
    let units: SamplingUnits

    /// Pairs scores that are known to fit together (see ``EvidenceCheck``): those whose truth comes from there, or all.
    init(_ evidence: GateEvidence, _ basis: TruthBasis? = nil, minimumPatients: Int) {
        let isWanted = { (score: CaseScore) in basis == nil || evidence.basis(of: score.key) == basis }
        let (incumbent, candidate) = (
            evidence.incumbent.scores.filter(isWanted), evidence.candidate.scores.filter(isWanted)
        )
        let after = Dictionary(uniqueKeysWithValues: candidate.map { ($0.key, $0) })
        var slices: [String: (patient: String, slices: Set<Int>)] = [:]
        for score in incumbent + candidate {
            slices[score.key.caseID, default: (score.key.patient, [])].slices.formUnion(score.slices.map(\.slice))
        }
        let units = SamplingUnits(
            slices.map { .init(patient: $1.patient, id: $0, slices: $1.slices.sorted()) },
            enough: minimumPatients
        )
        self.units = units
        let indices = Dictionary(uniqueKeysWithValues: units.cases.enumerated().map { ($1.id, $0) })
        pairs = incumbent.compactMap { before in
            guard let after = after[before.key], let index = indices[before.key.caseID] else { return nil }
            return Pair(
                key: before.key,
                caseIndex: index,
                before: before,
                after: after,
                slices: Self.slices(before, after, of: units.cases[index])
            )
        }.sorted { ($0.key.segment, $0.caseIndex) < ($1.key.segment, $1.caseIndex) }
    }

    /// The kinds of box for which there is any pair.
    var kinds: [BoxKind] { BoxKind.allCases.filter { kind in pairs.contains { $0.key.kind == kind } } }

    private static func slices(
        _ before: CaseScore,
        _ after: CaseScore,
        of one: SamplingUnits.Case
    ) -> [SlicePair] {
        func bySlice(_ score: CaseScore) -> [Int: SliceOverlap] {
            Dictionary(uniqueKeysWithValues: score.slices.map { ($0.slice, $0) })
        }
        let (old, new) = (bySlice(before), bySlice(after))
        return one.slices.enumerated().compactMap { position, slice in
            guard old[slice] != nil || new[slice] != nil else { return nil }
            // A slice that one of the two does not list holds neither its mask nor the truth.
            let empty = SliceOverlap(slice: slice, intersection: 0, predicted: 0, truth: 0)
            return SlicePair(position: position, before: old[slice] ?? empty, after: new[slice] ?? empty)
        }
    }
}
