import Foundation
import Profiles
import Testing

@Suite("Patterns of rules cannot hang the daemon")
struct PatternTests {
    private func problem(_ pattern: String) throws -> String? {
        let escaped = pattern.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        let rule = #"<attribute keyword="SeriesDescription"><matches>\#(escaped)</matches></attribute>"#
        return try ProfileFixture.problems(ProfileFixture(rules: rule).text).first?.message
    }

    @Test(arguments: [
        "(a+)+", "(a*)*", "(a|aa)+", "((ab?)c)*", "(?:a+)+b", "(a+){2,}", "(.*x)+", "(a)\\1", "(?<n>a)\\k<n>",
        "\\Q(\\E(a+)+", "(([a-z])+.)+[A-Z]([a-z])+",
    ])
    func exponentialPatternsAreRefused(_ pattern: String) throws {
        #expect(try problem(pattern)?.contains("can take for ever") == true)
    }

    @Test(arguments: [
        ".*a.*b.*c.*d.*e", "a?a?a?a?a?a?a?aaaaaaa", "(a|a)(a|a)(a|a)(a|a)(a|a)", "a{0,9}a{0,9}a{0,9}a{0,9}a{0,9}",
    ])
    func patternsWithTooManyPartsAreRefused(_ pattern: String) throws {
        #expect(try problem(pattern)?.contains("over four") == true)
    }

    @Test(arguments: [
        ".*abd.*", "(?i).*liver.*", "(CT|MR) .*", "(ab)+", "[(a+)+]+", "T1_?w?.*", "\\(.*\\)", "Abdomen \\d+(\\.\\d)?",
        "(?:ab)*c", "a|b|c|d|e|f", "(Thorax|Abdomen|Becken)[ /]*.*",
    ])
    func usefulPatternsAreAccepted(_ pattern: String) throws {
        #expect(try problem(pattern) == nil)
    }

    @Test(arguments: ["(", "[a", "a**b(", "\\", "x)(?:y", "(?<=a"])
    func brokenPatternsAreRefused(_ pattern: String) throws {
        #expect(try problem(pattern)?.contains("not a regular expression") == true)
    }

    @Test func aVeryLongValueFitsNoPattern() throws {
        let rule = #"<attribute keyword="SeriesDescription"><matches>.*</matches></attribute>"#
        #expect(try fits(rule, axialSeries { $1["SeriesDescription"] = [String(repeating: "x", count: 128)] }))
        #expect(try !fits(rule, axialSeries { $1["SeriesDescription"] = [String(repeating: "x", count: 129)] }))
    }
}
