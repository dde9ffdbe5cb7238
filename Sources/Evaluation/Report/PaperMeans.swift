import Training

/// Plain means over masks, as SAM-Med2D's own protocol has them, with intervals over patients, cases or slices.
struct PaperMeans {
    let means: CaseMeans

    init(_ means: CaseMeans) {
        self.means = means
    }

    func rows() -> [EvaluationSummary.Paper] {
        PromptTrial.Prompting.allCases.compactMap { prompting in
            let trials = means.cases.map { one in
                one.structures.flatMap { $0.paper ?? [] }.filter { $0.prompting == prompting }
            }
            guard let dice = mean(trials, \.dice), let iou = mean(trials, \.iou) else { return nil }
            return .init(prompting: prompting, dice: dice, iou: iou, masks: trials.reduce(0) { $0 + $1.count })
        }
    }

    private func mean(
        _ trials: [[PromptTrial]],
        _ value: (PromptTrial) -> Double
    ) -> EvaluationSummary.Mean? {
        let count = trials.reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        let sums = trials.map { $0.reduce(0) { $0 + value($1) } }
        return .init(
            value: sums.reduce(0, +) / Double(count),
            interval: interval(trials, sums, value),
            cases: trials.count { !$0.isEmpty }
        )
    }

    private func interval(
        _ trials: [[PromptTrial]],
        _ sums: [Double],
        _ value: (PromptTrial) -> Double
    ) -> ConfidenceInterval? {
        let units = means.units
        guard units.unit == .slices else {
            return units.interval(means.bootstrap) { (weights: [Double]) in
                let total = zip(trials, weights).reduce(0) { $0 + Double($1.0.count) * $1.1 }
                return total > 0 ? zip(sums, weights).reduce(0) { $0 + $1.0 * $1.1 } / total : nil
            }
        }
        let placed = zip(trials, units.cases).map { trials, one in
            let positions = Dictionary(uniqueKeysWithValues: one.slices.enumerated().map { ($1, $0) })
            return trials.compactMap { trial in positions[trial.slice].map { ($0, value(trial)) } }
        }
        return units.interval(means.bootstrap) { (weights: [[Double]]) in
            var sum = 0.0
            var total = 0.0
            for (trials, weights) in zip(placed, weights) {
                for (position, value) in trials {
                    sum += weights[position] * value
                    total += weights[position]
                }
            }
            return total > 0 ? sum / total : nil
        }
    }
}
