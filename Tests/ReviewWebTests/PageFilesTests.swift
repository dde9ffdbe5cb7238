import Foundation
import Testing

@Suite("Files of the review page")
struct PageFilesTests {
    @Test("Every file below page/ is embedded, and nothing else")
    func everyFileIsEmbedded() throws {
        let embedded = PageFolder.embedded()
        #expect(embedded.map(\.name).sorted() == (try PageFolder.names()))
        for file in embedded {
            #expect(file.contents == (try PageFolder.contents(file.name)), "\(file.name) is another one")
        }
    }

    @Test("Every file has the media type that a strict browser asks for")
    func everyFileHasItsMediaType() {
        let types = [
            "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
            "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
        ]
        for file in PageFolder.embedded() {
            #expect(file.mediaType == types[URL(filePath: file.name).pathExtension], "\(file.name)")
        }
    }

    @Test("Every module and style sheet that is asked for exists")
    func everyImportExists() throws {
        let names = Set(try PageFolder.names())
        for name in names where name.hasSuffix(".js") {
            let base = URL(filePath: "/\(name)").deletingLastPathComponent()
            for match in try PageFolder.text(name).matches(of: /(?:from|import)\s+"(\.[^"]+)"/) {
                let path = base.appending(path: String(match.1)).standardized.path.dropFirst()
                #expect(names.contains(String(path)), "\(name) asks for \(path)")
            }
        }
        for match in try PageFolder.text("index.html").matches(of: /(?:href|src)="([^"]+)"/) {
            #expect(names.contains(String(match.1)), "index.html asks for \(match.1)")
        }
    }

    @Test("Nothing is inline and nothing comes from elsewhere, as the page's own policy demands")
    func nothingIsInlineOrForeign() throws {
        for name in try PageFolder.names() {
            let text = try PageFolder.text(name)
            let foreign = text.matches(of: /(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}/)
                .map { String($0.0) }.filter { $0 != "http://www.w3.org" }
            #expect(foreign.isEmpty, "\(name) names \(foreign)")
            let forbidden = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
            for word in forbidden { #expect(!text.contains(word), "\(name) uses \(word)") }
            if name.hasSuffix(".html") {
                #expect(text.firstMatch(of: /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/) == nil, "\(name)")
            }
        }
    }

    @Test("A module fits on a few screens")
    func modulesAreSmall() throws {
        for name in try PageFolder.names() {
            let lines = try PageFolder.text(name).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= (name.hasSuffix(".css") ? 400 : 300), "\(name) has \(lines) lines")
        }
    }
}
