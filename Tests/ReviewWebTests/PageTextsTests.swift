import Foundation
import Testing

@Suite("Texts of the review page")
struct PageTextsTests {
    /// The texts of a language by key.
    private func texts(_ language: String) throws -> [String: String] {
        var texts: [String: String] = [:]
        for name in try PageFolder.names() where name.hasPrefix("i18n/\(language)/") {
            for match in try PageFolder.text(name).matches(of: /(?m)^\s*"([^"]+)":\s*"((?:[^"\\]|\\.)*)",$/) {
                #expect(texts.updateValue(String(match.2), forKey: String(match.1)) == nil, "\(match.1) stands twice")
            }
        }
        return texts
    }

    @Test("German and English have the same keys, and none is empty")
    func languagesAreComplete() throws {
        let (english, german) = (try texts("en"), try texts("de"))
        #expect(english.count > 300)
        #expect(Set(english.keys).symmetricDifference(german.keys).sorted() == [])
        #expect([english, german].joined().allSatisfy { !$0.value.isEmpty })
    }

    @Test("A text takes the same values in each language")
    func placeholdersAgree() throws {
        func placeholders(_ text: String) -> Set<String> { Set(text.matches(of: /\{\w+\}/).map { String($0.0) }) }
        let german = try texts("de")
        for (key, text) in try texts("en") {
            #expect(placeholders(text) == placeholders(german[key] ?? ""), "\(key)")
        }
    }

    @Test("Every text that a module asks for exists")
    func everyTextExists() throws {
        let english = try texts("en")
        for name in try PageFolder.names() where name.hasSuffix(".js") && !name.hasPrefix("i18n/") {
            for match in try PageFolder.text(name).matches(of: /\bt\("([^"]+)"/) {
                #expect(english[String(match.1)] != nil, "\(name) asks for \(match.1)")
            }
        }
    }
}
