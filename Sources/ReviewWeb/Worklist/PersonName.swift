/// A value of the representation PN (PS3.5 section 6.2.1) as people write it.
struct PersonName {
    /// `Family, Given`, with the ideographic spelling behind it in parentheses where there is one.
    let shown: String

    /// Takes the decoded value, with its carets and equals signs.
    init(_ value: String) {
        // The second and third group hold the same name in other scripts, in which it takes no comma.
        let groups = value.split(separator: "=", omittingEmptySubsequences: false).enumerated().map { index, group in
            Self.readable(group, comma: index == 0 ? ", " : " ")
        }
        let names = groups.filter { !$0.isEmpty }
        guard let first = names.first else {
            shown = ""
            return
        }
        shown = names.count > 1 ? "\(first) (\(names[1]))" : first
    }

    /// Family, given, middle, prefix and suffix of one group.
    private static func readable(_ group: Substring, comma: String) -> String {
        let parts = group.split(separator: "^", omittingEmptySubsequences: false).map(trimmed)
        func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
        let given = [part(3), part(1), part(2)].filter { !$0.isEmpty }.joined(separator: " ")
        let name = [part(0), given].filter { !$0.isEmpty }.joined(separator: comma)
        return part(4).isEmpty ? name : "\(name), \(part(4))"
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
