/// Reads the elements below `<preflight>` and `<completeness>`.
struct RequirementReader {
    /// All requirements of a profile, in their order.
    static func requirements(_ root: XMLElement, _ reader: inout ElementReader) -> [SeriesRequirement] {
        var requirements: [SeriesRequirement] = []
        for name in ["preflight", "completeness"] {
            guard let element = root.child(name) else { continue }
            let failure = reader.choice(element, "otherwise", default: SeriesRequirement.Failure.needsPrompt)
            for child in element.children {
                guard let measure = measure(child, &reader) else { continue }
                requirements.append(
                    SeriesRequirement(
                        measure: measure,
                        reason: reader.text(child, "reason"),
                        failure: failure,
                        file: child.file,
                        line: child.line
                    )
                )
            }
        }
        return requirements
    }

    private static func measure(_ element: XMLElement, _ reader: inout ElementReader) -> SeriesRequirement.Measure? {
        switch element.name {
        case "sliceSpacing": return .sliceSpacing(range(element, &reader))
        case "pixelSpacing": return .pixelSpacing(range(element, &reader))
        case "coverage": return .coverage(range(element, &reader))
        case "regularSpacing": return .regularSpacing(tolerance: reader.number(element, "tolerance") ?? 0.1)
        case "rescale": return .rescale
        case "gaps": return .gaps(maximum: reader.integer(element, "maximum") ?? 0)
        case "rule":
            let rules = MatchReader.rules(in: element, &reader)
            if element.children.count != 1 {
                reader.report(element, "<rule> has not one rule", remedy: "Put several into <all>, <any> or <none>")
            }
            return rules.first.map(SeriesRequirement.Measure.rule)
        default:
            reader.report(element, "<\(element.name)> is unknown here", remedy: "Remove or rename the element")
            return nil
        }
    }

    private static func range(_ element: XMLElement, _ reader: inout ElementReader) -> ProfileSegment.ValueRange {
        let limits = reader.limits(element)
        return ProfileSegment.ValueRange(minimum: limits.minimum, maximum: limits.maximum)
    }
}
