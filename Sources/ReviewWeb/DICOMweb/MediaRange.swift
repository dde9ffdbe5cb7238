import Foundation

/// What a client accepts (RFC 9110 section 12.5.1, PS3.18 section 8.7.5).
struct MediaRange: Sendable, Hashable {
    /// For example `multipart/related`, in lower case.
    let type: String
    /// In lower case but for their values.
    let parameters: [String: String]
    let quality: Double

    /// The ranges of an `Accept` header, the best first; one for anything where there is no header.
    static func accepted(_ header: String?) -> [MediaRange] {
        guard let header, !header.trimmingCharacters(in: .whitespaces).isEmpty else {
            return [MediaRange(type: "*/*", parameters: [:], quality: 1)]
        }
        let ranges = split(header, at: ",").compactMap(MediaRange.init)
        // Sorting is stable: of equals the one that was named first is the better one.
        return ranges.filter { $0.quality > 0 }.sorted { $0.quality > $1.quality }
    }

    private init(type: String, parameters: [String: String], quality: Double) {
        self.type = type
        self.parameters = parameters
        self.quality = quality
    }

    private init?(_ text: String) {
        let parts = Self.split(text, at: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let type = parts.first, type.contains("/") else { return nil }
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard pair.count == 2 else { continue }
            parameters[pair[0].lowercased()] = pair[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        }
        self.type = type.lowercased()
        quality = parameters["q"].flatMap(Double.init) ?? 1
        self.parameters = parameters
    }

    /// Splits outside of quotation marks.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == separator, !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }

    /// How a kind of content is to be sent; `nil` where this range does not take it.
    func form(of content: String) -> Form? {
        switch type {
        case "*/*", "multipart/*": return .parts
        case "multipart/related":
            let wanted = parameters["type"]?.lowercased() ?? "*/*"
            return wanted == content || wanted == "*/*" ? .parts : nil
        case content, "application/*": return .single
        default: return nil
        }
    }

    /// As the parts of a message, or as the one body.
    enum Form: Sendable {
        case parts
        case single
    }

    /// Whether a transfer syntax is one that the client wants; without a word any is.
    func takes(transferSyntax: String) -> Bool {
        guard let wanted = parameters["transfer-syntax"] else { return true }
        return wanted == "*" || wanted == transferSyntax
    }
}
