/// A piece of HTML or SVG whose text is escaped: strings become markup through ``text(_:)`` alone.
struct Markup: Sendable, Hashable {
    /// What stands in the file.
    let source: String

    private init(source: String) {
        self.source = source
    }

    /// Text of any kind. Characters that HTML gives a meaning become references; controls are shown as `�`.
    static func text(_ text: String) -> Markup { Markup(source: escaped(text)) }

    /// An element with its attributes, in order, and what is inside.
    static func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String> = [:],
        _ children: [Markup] = []
    ) -> Markup {
        let list = attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
        return Markup(source: "<\(name)\(list)>\(joined(children).source)</\(name)>")
    }

    /// An element that holds text alone.
    static func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String> = [:],
        text: String
    ) -> Markup {
        element(name, attributes, [.text(text)])
    }

    /// A style sheet or anything else that this program itself wrote.
    static func verbatim(_ source: StaticString) -> Markup { Markup(source: "\(source)") }

    static func joined(_ parts: [Markup]) -> Markup { Markup(source: parts.map(\.source).joined()) }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
            }
        }
    }
}
