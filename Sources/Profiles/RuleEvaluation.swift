/// Evaluates one rule on all instances of a series.
struct RuleEvaluation {
    let facts: SeriesFacts

    /// For each instance whether the rule holds, and how it came about.
    struct Outcome {
        var held: [Bool]
        /// The rule and, below a group, the rules in it.
        var results: [RuleResult]
    }

    func evaluate(_ rule: MatchRule, depth: Int = 0) -> Outcome {
        switch rule {
        case .attribute(let attribute): leaf(rule, depth, evaluate(attribute))
        case .orientation(let orientation): leaf(rule, depth, evaluate(orientation))
        case .sliceCount(let count): leaf(rule, depth, evaluate(count))
        case .imageType(let imageType): leaf(rule, depth, evaluate(imageType))
        case .group(let group): evaluate(group, rule, depth)
        }
    }

    // MARK: - Groups

    private func evaluate(_ group: MatchGroup, _ rule: MatchRule, _ depth: Int) -> Outcome {
        let inner = group.rules.map { evaluate($0, depth: depth + 1) }
        let held = facts.instances.indices.map { index in
            switch group.quantifier {
            case .all: inner.allSatisfy { $0.held[index] }
            case .any: inner.contains { $0.held[index] }
            case .none: !inner.contains { $0.held[index] }
            }
        }
        let result = RuleResult(rule: rule, depth: depth, held: held, seen: [], disclosure: .coded)
        return Outcome(held: held, results: [result] + inner.flatMap(\.results))
    }

    // MARK: - Leaves

    /// What a rule saw on each instance.
    private struct Sight {
        var held: [Bool] = []
        var seen: [String] = []
        var disclosure = MatchAttribute.Disclosure.coded

        mutating func append(_ holds: Bool, _ value: String) {
            held.append(holds)
            seen.append(value)
        }
    }

    private func leaf(_ rule: MatchRule, _ depth: Int, _ sight: Sight) -> Outcome {
        let result = RuleResult(
            rule: rule,
            depth: depth,
            held: sight.held,
            seen: sight.seen,
            disclosure: sight.disclosure
        )
        return Outcome(held: sight.held, results: [result])
    }

    private func values(_ key: String, of instance: [String: [String]]) -> [String] {
        (instance[key] ?? []).map { $0.trimmingWhiteSpace() }
    }

    private func evaluate(_ rule: AttributeRule) -> Sight {
        let passes = ValueTest(rule.test, ignoresCase: rule.ignoresCase)
        var sight = Sight(disclosure: rule.attribute.disclosure)
        var known: [[String]: Bool] = [:]
        for instance in facts.instances {
            var values = values(rule.attribute.key, of: instance)
            if let number = rule.valueNumber {
                values = values.indices.contains(number - 1) ? [values[number - 1]] : []
            }
            // Most slices of a series say the same, and a pattern is dear.
            let holds = known[values] ?? passes(values)
            known[values] = holds
            let isAbsent = values.allSatisfy(\.isEmpty)
            sight.append(holds, isAbsent ? RuleResult.absent : values.joined(separator: "\\"))
        }
        return sight
    }

    private func evaluate(_ rule: OrientationRule) -> Sight {
        var sight = Sight()
        for instance in facts.instances {
            let values = values(SeriesFacts.imageOrientationPatient, of: instance)
            if let orientation = SliceOrientation(imageOrientationPatient: values) {
                let angle = orientation.angle(to: rule.plane)
                // Cosines have few digits: what is written as the limit itself must not fail by rounding.
                let holds = angle <= rule.tolerance + 1e-6
                let degrees = (angle * 10).rounded() / 10
                sight.append(holds, "\(degrees.shortest)° from \(rule.plane.rawValue)")
            } else {
                sight.append(false, values.isEmpty ? RuleResult.absent : "no usable orientation")
            }
        }
        return sight
    }

    private func evaluate(_ rule: SliceCountRule) -> Sight {
        let count = facts.instances.count
        let holds = count >= rule.minimum ?? 0 && count <= rule.maximum ?? .max
        return Sight(held: facts.instances.map { _ in holds }, seen: facts.instances.map { _ in String(count) })
    }

    private func evaluate(_ rule: ImageTypeRule) -> Sight {
        var sight = Sight()
        for instance in facts.instances {
            let values = values(SeriesFacts.imageType, of: instance)
            let present = Set(values)
            let holds = present.isSuperset(of: rule.contains) && present.isDisjoint(with: rule.excludes)
            sight.append(holds, values.isEmpty ? RuleResult.absent : values.joined(separator: "\\"))
        }
        return sight
    }
}
