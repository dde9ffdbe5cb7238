/// Reads values out of elements and gathers what is wrong with them, so that one reading reports all problems.
///
/// The schema has checked names and forms. Whatever a value of the right form can still get wrong is checked here, and a
/// value that is missing against expectation (a schema that somebody loosened) is a problem, never a crash.
struct ElementReader {
    let file: String
    private(set) var problems: [ProfileError.Problem] = []

    init(file: String) {
        self.file = file
    }

    mutating func report(_ element: XMLElement, _ message: String, remedy: String) {
        problems.append(
            .init(
                file: element.file.isEmpty ? file : element.file,
                line: element.line,
                message: message,
                remedy: remedy
            )
        )
    }

    /// Throws what was gathered, in the order of files and lines, the reader's own file first.
    func finish() throws(ProfileError) {
        guard !problems.isEmpty else { return }
        func place(_ problem: ProfileError.Problem) -> (String, Int) {
            (problem.file == file ? "" : problem.file, problem.line ?? 0)
        }
        throw ProfileError(problems.sorted { place($0) < place($1) })
    }

    // MARK: - Attributes

    /// A text that has to be there.
    mutating func text(_ element: XMLElement, _ name: String) -> String {
        guard let value = optionalText(element, name) else {
            report(element, "<\(element.name)> has no \(name)", remedy: "Add the attribute \(name)")
            return ""
        }
        return value
    }

    func optionalText(_ element: XMLElement, _ name: String) -> String? {
        element.attributes[name]?.trimmingWhiteSpace()
    }

    mutating func number(_ element: XMLElement, _ name: String) -> Double? {
        guard let text = optionalText(element, name) else { return nil }
        guard let value = Double(text), value.isFinite else {
            reportForm(element, name, "a number")
            return nil
        }
        return value
    }

    mutating func integer(_ element: XMLElement, _ name: String) -> Int? {
        guard let text = optionalText(element, name) else { return nil }
        guard let value = Int(text) else {
            reportForm(element, name, "a whole number")
            return nil
        }
        return value
    }

    mutating func truth(_ element: XMLElement, _ name: String, default fallback: Bool) -> Bool {
        switch optionalText(element, name) {
        case nil: return fallback
        case "true": return true
        case "false": return false
        default:
            reportForm(element, name, "true or false")
            return fallback
        }
    }

    /// One of the cases of an enumeration.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ element: XMLElement,
        _ name: String,
        default fallback: Choice
    ) -> Choice {
        choice(element, name) ?? fallback
    }

    /// As ``choice(_:_:default:)``; `nil` where the attribute is not there.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ element: XMLElement,
        _ name: String
    ) -> Choice? {
        guard let text = optionalText(element, name) else { return nil }
        guard let value = Choice(rawValue: text) else {
            reportForm(element, name, Choice.allCases.map(\.rawValue).joined(separator: ", "))
            return nil
        }
        return value
    }

    /// Two limits of which the lower may not be above the upper.
    mutating func limits(_ element: XMLElement) -> (minimum: Double?, maximum: Double?) {
        let minimum = number(element, "minimum")
        let maximum = number(element, "maximum")
        if minimum == nil, maximum == nil {
            report(element, "<\(element.name)> has no limit", remedy: "Give minimum, maximum or both")
        } else if let minimum, let maximum, minimum > maximum {
            report(element, "minimum is above maximum", remedy: "Exchange the two values")
        }
        return (minimum, maximum)
    }

    /// `low` and `high`, of which `low` has to be smaller.
    mutating func lowHigh(_ element: XMLElement) -> (low: Double, high: Double) {
        let low = number(element, "low")
        let high = number(element, "high")
        guard let low, let high, low < high else {
            report(element, "low is not below high", remedy: "Give both, the smaller one as low")
            return (0, 1)
        }
        return (low, high)
    }

    private mutating func reportForm(_ element: XMLElement, _ name: String, _ form: String) {
        report(element, "\(name) of <\(element.name)> cannot be read", remedy: "Write \(form)")
    }
}
