/// Reads the rules below `<match>`.
struct MatchReader {
    /// The rules of an element; problems go to the reader.
    static func rules(in element: XMLElement, _ reader: inout ElementReader) -> [MatchRule] {
        element.children.compactMap { rule($0, &reader) }
    }

    private static func rule(_ element: XMLElement, _ reader: inout ElementReader) -> MatchRule? {
        switch element.name {
        case "attribute": return attribute(element, &reader).map(MatchRule.attribute)
        case "orientation": return .orientation(orientation(element, &reader))
        case "sliceCount": return .sliceCount(sliceCount(element, &reader))
        case "imageType": return .imageType(imageType(element, &reader))
        default:
            guard let quantifier = MatchGroup.Quantifier(rawValue: element.name) else {
                unknown(element, &reader)
                return nil
            }
            let rules = rules(in: element, &reader)
            return .group(MatchGroup(quantifier: quantifier, rules: rules, line: element.line))
        }
    }

    private static func unknown(_ element: XMLElement, _ reader: inout ElementReader) {
        reader.report(element, "<\(element.name)> is unknown here", remedy: "Remove or rename the element")
    }

    // MARK: - Rules

    private static func attribute(_ element: XMLElement, _ reader: inout ElementReader) -> AttributeRule? {
        let named = matchAttribute(element, &reader)
        let tests = element.children.compactMap { test($0, &reader) }
        let number = reader.integer(element, "value")
        let ignoresCase = reader.truth(element, "ignoreCase", default: false)
        guard let test = tests.first, tests.count == 1 else {
            if element.children.count != 1 {
                reader.report(element, "an attribute rule has one test", remedy: "Put each test into a rule of its own")
            }
            return nil
        }
        guard let named else { return nil }
        return AttributeRule(
            attribute: named,
            test: test,
            valueNumber: number,
            ignoresCase: ignoresCase,
            line: element.line
        )
    }

    static func matchAttribute(_ element: XMLElement, _ reader: inout ElementReader) -> MatchAttribute? {
        let keyword = reader.optionalText(element, "keyword")
        let tag = reader.optionalText(element, "tag")
        let name = keyword ?? tag ?? ""
        do throws(MatchAttribute.Refusal) {
            switch (keyword, tag) {
            case (let keyword?, nil): return try MatchAttribute(keyword: keyword)
            case (nil, let tag?): return try MatchAttribute(tag: tag)
            default:
                reader.report(
                    element,
                    "<\(element.name)> names its attribute by keyword or by tag",
                    remedy: "Give one of the two"
                )
                return nil
            }
        } catch {
            let (message, remedy) = words(for: error, name)
            reader.report(element, message, remedy: remedy)
            return nil
        }
    }

    private static func words(for refusal: MatchAttribute.Refusal, _ name: String) -> (String, String) {
        switch refusal {
        case .identifying:
            (
                "\(name) identifies a patient, a visit or a person, and rules may not look at it",
                "Match on the protocol: modality, descriptions, body part, geometry"
            )
        case .notListed:
            (
                "\(name) is not among the attributes that rules may look at",
                "Check the spelling; profiles/README.md lists the attributes"
            )
        case .malformed: ("\(name) is not a tag", "Write group and element as 0018,0015")
        }
    }

    private static func test(_ element: XMLElement, _ reader: inout ElementReader) -> AttributeTest? {
        switch element.name {
        case "equals":
            return .equals(element.text)
        case "oneOf":
            return .oneOf(element.children.map(\.text))
        case "matches":
            if let fault = MatchPattern.fault(in: element.text) {
                reader.report(element, fault.message, remedy: fault.remedy)
            }
            return .matches(element.text)
        case "range":
            let limits = reader.limits(element)
            return .range(minimum: limits.minimum, maximum: limits.maximum)
        case "exists":
            return .exists
        case "not":
            return element.children.first.flatMap { test($0, &reader) }.map(AttributeTest.not)
        default:
            unknown(element, &reader)
            return nil
        }
    }

    private static func orientation(_ element: XMLElement, _ reader: inout ElementReader) -> OrientationRule {
        OrientationRule(
            plane: reader.choice(element, "plane", default: .axial),
            tolerance: reader.number(element, "tolerance") ?? 10,
            line: element.line
        )
    }

    private static func sliceCount(_ element: XMLElement, _ reader: inout ElementReader) -> SliceCountRule {
        let limits = reader.limits(element)
        return SliceCountRule(
            minimum: limits.minimum.flatMap(Int.init(exactly:)),
            maximum: limits.maximum.flatMap(Int.init(exactly:)),
            line: element.line
        )
    }

    private static func imageType(_ element: XMLElement, _ reader: inout ElementReader) -> ImageTypeRule {
        func values(_ name: String) -> [String] {
            (element.attributes[name] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        }
        let rule = ImageTypeRule(contains: values("contains"), excludes: values("excludes"), line: element.line)
        if rule.contains.isEmpty, rule.excludes.isEmpty {
            reader.report(element, "the image type rule asks for nothing", remedy: "Give contains, excludes or both")
        }
        return rule
    }
}
