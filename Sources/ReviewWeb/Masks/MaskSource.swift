import Ledger

/// Whose masks are meant.
package enum MaskSource: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The program's own result.
    case result
    case correction(CorrectionID)

    /// Reads `result` or `correction-NUMBER`.
    package init?(_ text: String) {
        if text == "result" {
            self = .result
            return
        }
        let digits = text.dropFirst("correction-".count)
        guard text.hasPrefix("correction-"), let number = Int64(digits), number >= 0, String(number) == digits else {
            return nil
        }
        self = .correction(CorrectionID(rawValue: number))
    }

    package var description: String {
        switch self {
        case .result: "result"
        case .correction(let id): "correction-\(id.rawValue)"
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let source = MaskSource(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "result or correction-NUMBER")
        }
        self = source
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
