import Foundation

/// The regular expressions of match rules: ICU's syntax, always for the whole value.
///
/// The daemon must not hang on a value that somebody typed at a scanner. A backtracking engine takes exponential time
/// when something that can match one text in several ways is repeated without limit, so such patterns are refused.
enum MatchPattern {
    /// Characters; DICOM's longest short texts have 64.
    static let lengthLimit = 256
    /// Characters; listed attributes have at most 64.
    private static let valueLimit = 128

    /// Compiles a pattern so that it has to fit the whole value.
    static func expression(_ pattern: String, ignoresCase: Bool) throws -> NSRegularExpression {
        // On its own first, or `)(?:` would get out of the group.
        _ = try NSRegularExpression(pattern: pattern)
        return try NSRegularExpression(
            pattern: "\\A(?:" + pattern + ")\\z",
            options: ignoresCase ? [.caseInsensitive] : []
        )
    }

    /// Whether the whole value fits; a value of over 128 characters does not.
    static func fits(_ expression: NSRegularExpression, _ value: String) -> Bool {
        guard value.utf16.count <= valueLimit else { return false }
        let whole = NSRange(location: 0, length: value.utf16.count)
        return expression.firstMatch(in: value, range: whole) != nil
    }

    /// What is wrong with a pattern and how it can be put right; `nil` for a good one.
    static func fault(in pattern: String) -> (message: String, remedy: String)? {
        if pattern.count > lengthLimit {
            return ("a pattern of over \(lengthLimit) characters", "Split it into several rules")
        }
        if (try? expression(pattern, ignoresCase: false)) == nil {
            return ("the pattern is not a regular expression in ICU's syntax", "Check brackets and backslashes")
        }
        switch PatternScanner.cost(of: pattern) {
        case .bearable:
            return nil
        case .exponential:
            return (
                "the pattern repeats a group that itself repeats or chooses, or refers back, which can take for ever",
                "Write (ab)+ as it is, but neither (a+)+, (a|b)* nor \\1; use a class such as [ab]* or several rules"
            )
        case .tooManyParts:
            return (
                "the pattern has over four unlimited repetitions, over six in all, or over four groups that choose",
                "Split it into several rules, or test for the telling part only"
            )
        }
    }
}

/// Judges a pattern by its groups and quantifiers; stricter than needed, which is what a rule on a text of 64 characters
/// can bear.
private struct PatternScanner {
    enum Cost {
        case bearable
        /// An unlimited repetition of a group that contains a repetition or a choice, or a back reference.
        case exponential
        /// A polynomial of too high a degree.
        case tooManyParts
    }

    private let characters: [Character]
    private var position = 0
    /// For each open group whether it repeats and whether it chooses.
    private var open = [(repeats: false, chooses: false)]
    private var unlimited = 0
    private var limited = 0
    private var choosing = 0

    static func cost(of pattern: String) -> Cost {
        var scanner = PatternScanner(characters: Array(pattern))
        if scanner.findsExponential() { return .exponential }
        if scanner.open.contains(where: \.chooses) { scanner.choosing += 1 }
        let isTooMuch = scanner.unlimited > 4 || scanner.unlimited + scanner.limited > 6 || scanner.choosing > 4
        return isTooMuch ? .tooManyParts : .bearable
    }

    private init(characters: [Character]) {
        self.characters = characters
    }

    private mutating func findsExponential() -> Bool {
        while position < characters.count {
            let character = characters[position]
            position += 1
            switch character {
            case "\\":
                guard position < characters.count else { return false }
                let escaped = characters[position]
                position += 1
                // Back references, and \Q…\E, which would hide brackets from this scanner.
                if ("1"..."9").contains(escaped) || escaped == "k" || escaped == "Q" { return true }
            case "[": skipSet()
            case "(":
                open.append((false, false))
                if position < characters.count, characters[position] == "?" { position += 1 }
            case ")":
                guard open.count > 1 else { return false }
                if closesGroupBadly() { return true }
            case "|": open[open.count - 1].chooses = true
            case "*", "+", "{", "?": quantifier(character)
            default: break
            }
        }
        return false
    }

    /// Ends a group: what varies in it varies in the one around it as well.
    private mutating func closesGroupBadly() -> Bool {
        let group = open.removeLast()
        if group.chooses { choosing += 1 }
        let varies = group.repeats || group.chooses
        if varies { open[open.count - 1].repeats = true }
        return varies && position < characters.count && ["*", "+", "{"].contains(characters[position])
    }

    /// Counts a quantifier with the `?` or `+` after it that makes it lazy or possessive.
    private mutating func quantifier(_ character: Character) {
        open[open.count - 1].repeats = true
        if character == "?" { limited += 1 } else { unlimited += 1 }
        if character == "{" {
            while position < characters.count, characters[position] != "}" { position += 1 }
            position += 1
        }
        if position < characters.count, ["?", "+"].contains(characters[position]) { position += 1 }
    }

    /// Skips a set such as `[^a-z]`; sets can nest in ICU's syntax.
    private mutating func skipSet() {
        var depth = 1
        while position < characters.count, depth > 0 {
            switch characters[position] {
            case "\\": position += 1
            case "[": depth += 1
            case "]": depth -= 1
            default: break
            }
            position += 1
        }
    }
}
