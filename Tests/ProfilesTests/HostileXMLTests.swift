import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@Suite("Nothing outside a document is read, and nothing in it is expanded")
struct HostileXMLTests {
    private func refusal(_ text: String) -> ProfileError? {
        do {
            _ = try XMLDocument(bytes: Array(text.utf8), file: "hostile.xml")
            return nil
        } catch {
            return error
        }
    }

    @Test func anExternalEntityIsRefusedAndItsFileIsNotShown() throws {
        try withTemporaryFolder { folder in
            let secret = try write("planted-secret", to: "secret.txt", in: folder)
            let error = refusal(
                """
                <?xml version="1.0"?>
                <!DOCTYPE a [ <!ENTITY x SYSTEM "file://\(secret.displayName)"> ]>
                <a>&x;</a>
                """
            )
            let problem = try #require(error?.problems.first)
            #expect(error?.problems.count == 1)
            #expect(problem.line == 2)
            #expect(problem.message.contains("document type declaration"))
            #expect(problem.remedy.contains("Remove the declaration"))
            #expect(error?.description.contains("planted-secret") == false)
        }
    }

    @Test(arguments: [
        #"<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>"#,
        #"<!DOCTYPE a PUBLIC "-//X//Y" "http://127.0.0.1/a.dtd"><a/>"#,
        #"<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><a/>"#,
        "<!DOCTYPE a><a/>",
        #"<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>"#,
    ])
    func everyDocumentTypeIsRefused(_ text: String) throws {
        let problem = try #require(refusal(text)?.problems.first)
        #expect(problem.message.contains("document type declaration"))
    }

    @Test func anEntityBombIsRefusedBeforeItIsDeclared() throws {
        let entities = (1...20).map { #"<!ENTITY e\#($0) "&e\#($0 - 1);&e\#($0 - 1);&e\#($0 - 1);">"# }.joined()
        let error = refusal(#"<!DOCTYPE a [<!ENTITY e0 "ha">"# + entities + "]><a>&e20;</a>")
        #expect(error?.problems.map(\.line) == [1])
    }

    @Test func anUndeclaredEntityIsAnError() {
        #expect(refusal("<a>&nothing;</a>") != nil)
    }

    @Test func anInclusionIsJustAnElement() throws {
        let text = """
            <a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname" parse="text"/></a>
            """
        let root = try XMLDocument(bytes: Array(text.utf8), file: "a.xml").root
        #expect(root.text.isEmpty)
        #expect(root.children.map(\.name) == ["include"])
        #expect(root.children.map(\.text) == [""])
    }

    @Test func aSchemaCannotReachForOtherFiles() throws {
        try withTemporaryFolder { folder in
            let other = try write(
                #"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>"#,
                to: "other.xsd",
                in: folder
            )
            let schema = XMLDocument.Schema(
                bytes: Array(
                    """
                    <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
                        <xs:include schemaLocation="file://\(other.displayName)"/>
                    </xs:schema>
                    """.utf8
                ),
                file: "a.xsd"
            )
            #expect(throws: ProfileError.self) {
                try XMLDocument(bytes: Array("<a/>".utf8), file: "a.xml", schema: schema)
            }
        }
    }

    @Test func aBrokenSchemaIsNamedAsTheCulprit() throws {
        let schema = XMLDocument.Schema(bytes: Array("<nothing/>".utf8), file: "broken.xsd")
        do {
            _ = try XMLDocument(bytes: Array("<a/>".utf8), file: "a.xml", schema: schema)
            Issue.record("a schema that is none was accepted")
        } catch {
            #expect(error.problems.allSatisfy { $0.file == "broken.xsd" })
        }
    }

    @Test func aFileOverTheLimitIsRefusedUnparsed() throws {
        let text = "<a>" + String(repeating: " ", count: XMLDocument.sizeLimit) + "</a>"
        #expect(refusal(text)?.description.contains("over the limit") == true)
    }

    @Test func deepNestingIsRefused() {
        let depth = 100_000
        #expect(refusal(String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)) != nil)
    }

    @Test(
        arguments: [[], [0], [0xFF, 0xFE], Array("<a>\u{0}</a>".utf8), [0x3C, 0x61, 0x3E, 0xC3, 0x28]] as [[UInt8]]
    )
    func bytesThatAreNoDocumentAreRefused(_ bytes: [UInt8]) {
        #expect(throws: ProfileError.self) { try XMLDocument(bytes: bytes, file: "a.xml") }
    }

    @Test func aProfileBehindALinkIsRefused() throws {
        try withTemporaryFolder { folder in
            let target = try write(ProfileFixture().text, to: "target", in: folder)
            let link = folder.appending(path: "link.xml")
            try FileManager.default.createSymbolicLink(
                at: link,
                withDestinationURL: URL(fileURLWithPath: target.displayName)
            )
            let reader = try ProfileReader(folder: shippedProfiles)
            #expect(throws: ProfileError.self) {
                try reader.profile(at: RawPath(link.path(percentEncoded: false)))
            }
        }
    }

    @Test func manyThreadsCanParseAtOnce() async throws {
        let text = Array(ProfileFixture().text.utf8)
        let bad = Array(#"<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>"#.utf8)
        let reader = try ProfileReader(folder: shippedProfiles)
        let ids = await withTaskGroup(of: String?.self) { group in
            for index in 0..<64 {
                group.addTask { try? reader.profile(bytes: index % 2 == 0 ? text : bad, file: "a.xml").id }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(ids.count { $0 == "test-profile" } == 32)
        #expect(ids.count { $0 == nil } == 32)
    }
}
