import DurableFiles
import Foundation
import HTTPTypes
import Testing

@testable import ReviewWeb

@Suite("Logging in") struct LoginTests {
    @Test("A wrong password and an unknown user are told apart by nothing that an attacker sees")
    func failuresLookAlike() async throws {
        try await PageBench.run { page in
            let wrong = try await page.attempt("rolf", "wrong")
            let unknown = try await page.attempt("nobody", "wrong")
            #expect(wrong.status == .unauthorized && wrong.code == "LOGIN_FAILED")
            #expect(wrong.body == unknown.body && wrong.headers == unknown.headers)
            #expect(wrong.headers[.setCookie] == nil)
        }
    }

    @Test("After five wrong tries a minute a user has none left, from wherever they come")
    func triesOfAUserAreLimited() async throws {
        try await PageBench.run { page in
            for number in 1...5 {
                #expect(try await page.attempt("rolf", "wrong", from: "10.0.0.\(number)").status == .unauthorized)
            }
            let right = try await page.attempt("rolf", PageBench.password, from: "10.0.0.9")
            #expect(right.status == .tooManyRequests && right.code == "TOO_MANY_TRIES")
            #expect(try await page.attempt("anna", PageBench.password, from: "10.0.0.9").status == .ok)
            page.clock.advance(by: .seconds(61))
            #expect(try await page.attempt("rolf", PageBench.password).status == .ok)
        }
    }

    @Test("After five wrong tries a minute an address has none left, whomever it tries")
    func triesOfAnAddressAreLimited() async throws {
        try await PageBench.run { page in
            for number in 1...5 {
                #expect(try await page.attempt("user\(number)", "wrong", from: "10.0.0.1").status == .unauthorized)
            }
            let limited = try await page.attempt("rolf", PageBench.password, from: "10.0.0.1")
            #expect(limited.status == .tooManyRequests)
            #expect(try await page.attempt("rolf", PageBench.password, from: "10.0.0.2").status == .ok)
        }
    }

    @Test("Who succeeds is not counted, however often")
    func successIsNotCounted() async throws {
        try await PageBench.run { page in
            for _ in 1...12 {
                let status = try await page.attempt("rolf", PageBench.password).status
                #expect(status == .ok)
            }
        }
    }

    @Test("What is typed as a name is nowhere unless it is one: it may be a password")
    func typedNamesAreNotKept() async throws {
        try await PageBench.run { page in
            _ = try await page.attempt("hunter2-typed-into-the-wrong-field", "x")
            _ = try await page.attempt("rolf", "hunter3-wrong")
            let failed = try page.records().filter { $0.event == .loginFailed }
            #expect(failed.map(\.user) == [nil, "rolf"])
            let audit = try String(contentsOfFile: page.audit.displayName, encoding: .utf8)
            #expect(!audit.contains("hunter") && !page.log.lines.joined().contains("hunter"))
        }
    }

    @Test(
        "Bodies that are no credentials are refused without their contents",
        arguments: ["", "{", "{\"user\":1}", "[]"]
    )
    func oddBodiesAreRefused(body: String) async throws {
        try await PageBench.run { page in
            let answer = try await page.ask(.post, "/api/login", PageBench.deed, body: body)
            #expect(answer.status == .badRequest && answer.code == "BAD_REQUEST")
        }
    }

    @Test("A log-in with another site's page as its origin sets no session")
    func logInFromElsewhereIsRefused() async throws {
        try await PageBench.run { page in
            let body = "{\"user\":\"rolf\",\"password\":\"\(PageBench.password)\"}"
            let headers = ["X-Preread": "1", "Origin": "http://evil.example"]
            let answer = try await page.ask(.post, "/api/login", headers, body: body)
            #expect(answer.status == .forbidden && answer.headers[.setCookie] == nil)
        }
    }
}

@Suite("Passwords") struct PasswordHashTests {
    /// RFC 7914 section 12, third vector; its first 32 bytes.
    @Test("The hash is that of the standard")
    func hashIsScrypt() throws {
        let salt = Data("SodiumChloride".utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
        let key: [UInt8] = [
            0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb,
            0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
        ]
        let spelled = Data(key).base64EncodedString().replacingOccurrences(of: "=", with: "")
        let hash = try #require(PasswordHash("$scrypt$ln=14,r=8,p=1$\(salt)$\(spelled)"))
        #expect(try hash.matches("pleaseletmein"))
        #expect(try !hash.matches("pleaseletmeIn"))
    }

    @Test("A new hash costs what OWASP asks for, has a salt of its own, and reads back")
    func newHashesAreExpensive() throws {
        #expect(PasswordHash.Cost.recommended.logRounds >= 17)
        let cost = try #require(PageBench.cost)
        let first = try PasswordHash("correct horse", cost: cost)
        let second = try PasswordHash("correct horse", cost: cost)
        #expect(first.text != second.text)
        #expect(PasswordHash(first.text) == first)
        #expect(try first.matches("correct horse"))
    }

    @Test("An umlaut is the same however the keyboard composes it")
    func compositionDoesNotMatter() throws {
        let hash = try PasswordHash("Mu\u{308}ller 12345", cost: try #require(PageBench.cost))
        #expect(try hash.matches("M\u{FC}ller 12345"))
    }

    @Test(
        "What is no hash, or would take all memory, is refused",
        arguments: [
            "", "$scrypt$", "plain", "$argon2id$ln=4,r=8,p=1$AAAAAAAAAAA$AAAA",
            "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAA$AAAA",
            "$scrypt$ln=4,r=8,p=1$AA$AAAA", "$scrypt$ln=-4,r=8,p=1$AAAAAAAAAAA$AAAA",
        ]
    )
    func oddHashesAreRefused(text: String) { #expect(PasswordHash(text) == nil) }
}
