/// Reads `<choose>`.
struct ChoiceReader {
    static func choice(_ element: XMLElement?, _ reader: inout ElementReader) -> SeriesChoice? {
        guard let element else { return nil }
        return SeriesChoice(
            count: reader.integer(element, "count") ?? 1,
            preferences: element.children.compactMap { preference($0, &reader) }
        )
    }

    private static func preference(
        _ element: XMLElement,
        _ reader: inout ElementReader
    ) -> SeriesChoice.Preference? {
        if element.name == "satisfying" { return .satisfying(MatchReader.rules(in: element, &reader)) }
        guard let order = SeriesChoice.Order(rawValue: element.name) else {
            reader.report(element, "<\(element.name)> is unknown here", remedy: "Remove or rename the element")
            return nil
        }
        let measure = reader.optionalText(element, "measure")
        let isNamed = element.attributes["keyword"] != nil || element.attributes["tag"] != nil
        guard (measure == nil) == isNamed else {
            reader.report(
                element,
                "<\(element.name)> compares one number",
                remedy: "Give measure, keyword or tag, and one of them only"
            )
            return nil
        }
        switch measure {
        case nil:
            return MatchReader.matchAttribute(element, &reader).map { .extreme(.attribute($0), order) }
        case "sliceCount": return .extreme(.sliceCount, order)
        case "sliceSpacing": return .extreme(.sliceSpacing, order)
        case "coverage": return .extreme(.coverage, order)
        default:
            reader.report(
                element,
                "the measure \(measure ?? "") is unknown",
                remedy: "Write sliceCount, sliceSpacing or coverage"
            )
            return nil
        }
    }
}
