import Training

/// Means over cases, and their intervals, of whatever was measured.
struct CaseMeans {
    /// In ascending order of their ids, as in ``units``.
    let cases: [CaseEvaluation]
    let units: SamplingUnits
    let bootstrap: Bootstrap

    init(_ unsorted: [CaseEvaluation], bootstrap: Bootstrap) {
        cases = unsorted.sorted { $0.caseID < $1.caseID }
        units = SamplingUnits(
            cases.map { one in
                let slices = Set(one.structures.flatMap(Self.slices)).sorted()
                return .init(patient: one.patient, id: one.caseID, slices: slices)
            }
        )
        self.bootstrap = bootstrap
    }

    private static func slices(_ structure: CaseEvaluation.Structure) -> [Int] {
        (structure.automatic?.slices ?? []).map(\.slice) + structure.perfect.slices.map(\.slice)
    }

    // MARK: - Structures

    func rows() -> [EvaluationSummary.Row] {
        var names: [(name: String, label: String)] = []
        for structure in cases.flatMap(\.structures) where !names.contains(where: { $0.name == structure.name }) {
            names.append((structure.name, structure.label))
        }
        return names.flatMap { name, label in
            BoxKind.allCases.compactMap { row(name, label, $0) }
        }
    }

    private func row(_ name: String, _ label: String, _ kind: BoxKind) -> EvaluationSummary.Row? {
        let found = cases.map { $0.measurement(of: name, kind) }
        guard let dice = dice([found]) else { return nil }
        let known = found.compactMap { $0 }
        let truths = zip(cases, found).filter { $0.1 != nil }.compactMap { one, _ in
            one.structures.first { $0.name == name }?.truthML
        }
        return EvaluationSummary.Row(
            name: name,
            label: label,
            kind: kind,
            dice: dice,
            sliceDice: mean(found) { $0.sliceDice },
            surfaceDice: mean(found) { $0.surface?.surfaceDice },
            hausdorff95: mean(found) { $0.truePair ? $0.surface?.hausdorff95 : nil },
            meanDistance: mean(found) { $0.truePair ? $0.surface?.meanDistance : nil },
            volumeML: known.reduce(0) { $0 + $1.volumeML } / Double(known.count),
            truthML: truths.reduce(0, +) / Double(max(1, truths.count)),
            boxFillDice: mean(found) { $0.boxFillDice },
            boxInner: mean(found) { $0.boxInner },
            boxOuter: mean(found) { $0.boxOuter },
            present: known.count { $0.isPresent },
            found: known.count { $0.isFound }
        )
    }

    // MARK: - Groups

    /// The mean over structures of the cases that satisfy a condition.
    func groups(named name: String, where isIncluded: (CaseEvaluation) -> Bool) -> [EvaluationSummary.Group] {
        let structures = Set(cases.flatMap { $0.structures.map(\.name) }).sorted()
        return BoxKind.allCases.compactMap { kind in
            let blocks = structures.map { structure in
                cases.map { isIncluded($0) ? $0.measurement(of: structure, kind) : nil }
            }
            return dice(blocks).map { .init(name: name, kind: kind, dice: $0) }
        }
    }

    // MARK: - Means

    /// The mean over blocks of the mean Dice over cases; a block has an entry for each case. `nil` without any entry.
    private func dice(_ blocks: [[CaseEvaluation.Measurement?]]) -> EvaluationSummary.Mean? {
        let values = blocks.map { $0.map { $0?.dice } }
        let even = [Double](repeating: 1, count: cases.count)
        guard let mean = Self.mean(values, weights: even) else { return nil }
        let interval: ConfidenceInterval?
        if units.unit == .slices {
            let slices = blocks.map { block in
                zip(block, units.cases).map { measurement, one in measurement.map { SlicesInCase($0.slices, of: one) } }
            }
            interval = units.interval(bootstrap) { (weights: [[Double]]) in
                let drawn = zip(slices, values).map { block, values in
                    zip(zip(block, weights), values).map { drawn, value in
                        // What was not drawn keeps its value: leaving it out would move the mean to the others.
                        drawn.0?.dice(weights: drawn.1) ?? value
                    }
                }
                return Self.mean(drawn, weights: even)
            }
        } else {
            interval = units.interval(bootstrap) { (weights: [Double]) in Self.mean(values, weights: weights) }
        }
        let count = cases.indices.count { index in values.contains { $0[index] != nil } }
        return .init(value: mean, interval: interval, cases: count)
    }

    /// The mean over cases of what a measurement says; intervals over slices there are none.
    private func mean(
        _ measurements: [CaseEvaluation.Measurement?],
        _ value: (CaseEvaluation.Measurement) -> Double?
    ) -> EvaluationSummary.Mean? {
        let values = measurements.map { $0.flatMap(value) }
        let even = [Double](repeating: 1, count: cases.count)
        guard let mean = Self.mean([values], weights: even) else { return nil }
        return .init(
            value: mean,
            interval: units.interval(bootstrap) { (weights: [Double]) in Self.mean([values], weights: weights) },
            cases: values.count { $0 != nil }
        )
    }

    private static func mean(_ blocks: [[Double?]], weights: [Double]) -> Double? {
        var sum = 0.0
        var count = 0.0
        for block in blocks {
            var part = 0.0
            var total = 0.0
            for (value, weight) in zip(block, weights) {
                guard let value else { continue }
                part += value * weight
                total += weight
            }
            guard total > 0 else { continue }
            sum += part / total
            count += 1
        }
        return count > 0 ? sum / count : nil
    }
}

/// The counts of a structure by the position of their slice among the case's.
private struct SlicesInCase {
    private let slices: [(position: Int, overlap: SliceOverlap)]

    init(_ overlaps: [SliceOverlap], of one: SamplingUnits.Case) {
        let positions = Dictionary(uniqueKeysWithValues: one.slices.enumerated().map { ($1, $0) })
        slices = overlaps.compactMap { overlap in positions[overlap.slice].map { ($0, overlap) } }
    }

    /// Dice where each slice counts as often as its weight says; `nil` where nothing of the structure was drawn.
    func dice(weights: [Double]) -> Double? {
        var overlap = 0.0
        var total = 0.0
        for slice in slices {
            overlap += weights[slice.position] * Double(slice.overlap.intersection)
            total += weights[slice.position] * Double(slice.overlap.predicted + slice.overlap.truth)
        }
        return total > 0 ? 2 * overlap / total : nil
    }
}

extension CaseEvaluation {
    /// What one kind of box gave for a structure.
    func measurement(of name: String, _ kind: BoxKind) -> Measurement? {
        let structure = structures.first { $0.name == name }
        return kind == .automatic ? structure?.automatic : structure?.perfect
    }
}

extension CaseEvaluation.Measurement {
    /// Whether the truth has a voxel.
    var isPresent: Bool { slices.contains { $0.truth > 0 } }
    /// Whether the mask meets the truth.
    var isFound: Bool { slices.contains { $0.intersection > 0 } }
    /// Whether mask and truth both have a voxel: only then is there a distance that means something.
    fileprivate var truePair: Bool { isPresent && slices.contains { $0.predicted > 0 } }
}
