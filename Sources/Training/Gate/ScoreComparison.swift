/// Means of both models over the same places, and by how much they differ.
public struct ScoreComparison: Sendable, Hashable, Codable {
    /// Mean Dice of the incumbent.
    public var before: Double
    /// Mean Dice of the candidate.
    public var after: Double
    /// Of the difference, drawn in pairs; `nil` where none can be given.
    public var interval: ConfidenceInterval?
    /// The number of different cases.
    public var cases: Int

    /// Candidate less incumbent.
    public var difference: Double { after - before }
}

extension PairedScores {
    /// Some of the pairs, in the blocks over which means are taken: within a structure over cases, then over structures,
    /// then over kinds of box.
    struct Selection {
        /// By kind, then by structure.
        let blocks: [[[Pair]]]
        let units: SamplingUnits

        /// Pairs that satisfy a condition.
        init(_ scores: PairedScores, where isIncluded: (CaseScore.Key) -> Bool = { _ in true }) {
            units = scores.units
            let included = scores.pairs.filter { isIncluded($0.key) }
            blocks = BoxKind.allCases.compactMap { kind in
                let bySegment = Dictionary(grouping: included.filter { $0.key.kind == kind }, by: \.key.segment)
                return bySegment.isEmpty ? nil : bySegment.sorted { $0.key < $1.key }.map(\.value)
            }
        }

        var caseCount: Int { Set(blocks.joined().joined().map(\.caseIndex)).count }

        /// The comparison; `nil` without any pair.
        func comparison(_ bootstrap: Bootstrap) -> ScoreComparison? {
            let before = mean { pairs in Self.weighted(pairs.map { ($0.before.dice, 1) }) }
            let after = mean { pairs in Self.weighted(pairs.map { ($0.after.dice, 1) }) }
            guard let before, let after else { return nil }
            return ScoreComparison(
                before: before,
                after: after,
                interval: interval(bootstrap),
                cases: caseCount
            )
        }

        private func interval(_ bootstrap: Bootstrap) -> ConfidenceInterval? {
            guard units.unit == .slices else {
                return units.interval(bootstrap) { (weights: [Double]) in
                    mean { pairs in Self.weighted(pairs.map { ($0.difference, weights[$0.caseIndex]) }) }
                }
            }
            return units.interval(bootstrap) { (weights: [[Double]]) in
                mean { pairs in
                    Self.weighted(
                        pairs.compactMap { pair in
                            Self.difference(of: pair, weights[pair.caseIndex]).map { ($0, 1) }
                        }
                    )
                }
            }
        }

        /// The mean over kinds of the mean over structures of what a block of pairs gives.
        private func mean(_ value: ([Pair]) -> Double?) -> Double? {
            Self.weighted(
                blocks.compactMap { segments in
                    Self.weighted(segments.compactMap { value($0).map { ($0, 1) } }).map { ($0, 1) }
                }
            )
        }

        private static func weighted(_ values: [(value: Double, weight: Double)]) -> Double? {
            var sum = 0.0
            var total = 0.0
            for (value, weight) in values {
                sum += value * weight
                total += weight
            }
            return total > 0 ? sum / total : nil
        }

        /// The difference in Dice on slices that were drawn so often; `nil` where nothing was drawn that either model or
        /// the truth has.
        private static func difference(of pair: Pair, _ weights: [Double]) -> Double? {
            var before = (overlap: 0.0, total: 0.0)
            var after = (overlap: 0.0, total: 0.0)
            for slice in pair.slices {
                let weight = weights[slice.position]
                before.overlap += weight * Double(slice.before.intersection)
                before.total += weight * Double(slice.before.predicted + slice.before.truth)
                after.overlap += weight * Double(slice.after.intersection)
                after.total += weight * Double(slice.after.predicted + slice.after.truth)
            }
            guard before.total + after.total > 0 else { return nil }
            let old = before.total > 0 ? 2 * before.overlap / before.total : 1
            let new = after.total > 0 ? 2 * after.overlap / after.total : 1
            return new - old
        }
    }
}
