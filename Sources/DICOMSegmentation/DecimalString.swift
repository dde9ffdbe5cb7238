import Foundation

/// Decimal strings (VR DS): at most 16 characters (PS3.5 section 6.2).
enum DecimalString {
    static let limit = 16

    /// The source's own spelling where that is legal, else the nearest number that fits into 16 characters.
    ///
    /// `nil` when the text is no finite number.
    static func legal(_ source: String) -> String? {
        let text = source.trimmingCharacters(in: .whitespaces)
        guard isDecimal(text), let value = Double(text), value.isFinite else { return nil }
        return text.utf8.count <= limit ? text : shortest(value)
    }

    /// A number with as many digits as 16 characters hold.
    static func shortest(_ value: Double) -> String {
        let plain = "\(value == 0 ? 0 : value)"
        if plain.hasSuffix(".0"), plain.utf8.count <= limit { return String(plain.dropLast(2)) }
        if plain.utf8.count <= limit { return plain }
        for digits in stride(from: 16, through: 1, by: -1) {
            let text = String(format: "%.\(digits)g", value)
            if text.utf8.count <= limit { return text }
        }
        preconditionFailure("one digit and an exponent fit into 16 characters")
    }

    /// A measured length without the noise of its last digits: 8 significant ones, far finer than any scanner.
    static func rounded(_ value: Double) -> String {
        String(format: "%.8g", value)
    }

    /// `Double` also reads hexadecimal numbers and words; DS does not.
    private static func isDecimal(_ text: String) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
    }
}
