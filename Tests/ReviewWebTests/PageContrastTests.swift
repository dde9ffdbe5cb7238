import Foundation
import Testing

/// WCAG 2.2, success criteria 1.4.3 (text: 4.5 to 1) and 1.4.11 (controls: 3 to 1).
@Suite("Contrast of the review page's colours")
struct PageContrastTests {
    /// Foreground and background variables that stand on each other somewhere in the style sheets.
    private static let texts: [(String, [String])] = [
        ("text", ["bg", "surface", "raised", "hover", "selected", "note-bg"]),
        ("muted", ["bg", "surface", "raised", "hover", "selected"]),
        ("accent", ["bg", "surface", "raised", "selected"]), ("on-accent", ["accent"]),
        ("good", ["surface", "good-bg"]), ("warn", ["surface", "raised", "selected", "warn-bg"]),
        ("bad", ["bg", "surface", "raised", "bad-bg"]), ("on-image", ["image"]), ("on-image-muted", ["image"]),
    ]
    private static let controls: [(String, [String])] = [
        ("control", ["bg", "surface"]), ("accent", ["raised", "line"]), ("crosshair", ["image"]),
    ]

    @Test("Text and controls can be told from what they stand on", arguments: ["dark", "light"])
    func contrastIsEnough(theme: String) throws {
        let colours = try colours(of: theme)
        for (pairs, least) in [(Self.texts, 4.5), (Self.controls, 3.0)] {
            for (front, backs) in pairs {
                for back in backs {
                    let ratio = try contrast(#require(colours[front]), #require(colours[back]))
                    #expect(ratio >= least, "\(theme): \(front) on \(back) is \(ratio) to 1")
                }
            }
        }
    }

    /// The variables of `:root` and those of a theme, as red, green and blue from 0 to 1.
    private func colours(of theme: String) throws -> [String: [Double]] {
        var colours: [String: [Double]] = [:]
        for block in try PageFolder.text("styles/tokens.css").matches(of: /:root(\[[^\]]*\])?\s*\{([^}]*)\}/) {
            guard block.1 == nil || block.1?.contains(theme) == true else { continue }
            for match in block.2.matches(of: /--([a-z-]+):\s*#([0-9a-f]{6});/) {
                let value = try #require(Int(match.2, radix: 16))
                colours[String(match.1)] = [16, 8, 0].map { Double((value >> $0) & 0xff) / 255 }
            }
        }
        return colours
    }

    private func contrast(_ a: [Double], _ b: [Double]) -> Double {
        let (light, dark) = (max(luminance(a), luminance(b)), min(luminance(a), luminance(b)))
        return (light + 0.05) / (dark + 0.05)
    }

    private func luminance(_ colour: [Double]) -> Double {
        let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}
