import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import ReviewWeb

@Suite("How the page may be reached") struct ReviewSettingsTests {
    private static let secret = "0123456789abcdef0123456789abcdef"
    private static let files = ReviewSettings.TLSFiles(certificate: RawPath("c.pem"), key: RawPath("k.pem"))

    @Test("Without a word it listens on loopback")
    func defaultIsLoopback() throws {
        let settings = ReviewSettings()
        #expect(settings.host == "127.0.0.1" && settings.isLoopback && !settings.isSecure)
        try settings.check()
    }

    @Test("Nothing is sent over a network in the clear", arguments: ["0.0.0.0", "192.168.1.7", "::", "2001:db8::1"])
    func networksNeedTLS(host: String) throws {
        let error = #expect(throws: ReviewSettingsError.self) { try ReviewSettings(host: host, names: ["a"]).check() }
        #expect(error?.description.contains("certificate") == true)
        try ReviewSettings(host: host, tls: Self.files, names: ["a"]).check()
        try ReviewSettings(
            host: host,
            proxy: .init(addresses: ["10.0.0.5"], header: "X-P", secret: Self.secret),
            names: ["a"]
        ).check()
    }

    @Test("A proxy without an address, or with a secret that can be guessed, is none")
    func proxiesAreNamed() {
        let nameless = ReviewSettings.TrustedProxy(addresses: [], header: "X-P", secret: Self.secret)
        let weak = ReviewSettings.TrustedProxy(addresses: ["10.0.0.5"], header: "X-P", secret: "secret")
        for proxy in [nameless, weak] {
            #expect(throws: ReviewSettingsError.self) { try ReviewSettings(proxy: proxy).check() }
        }
    }

    @Test("Whoever listens on every address has to say by which name")
    func everyAddressNeedsNames() {
        #expect(throws: ReviewSettingsError.self) { try ReviewSettings(host: "0.0.0.0", tls: Self.files).check() }
    }

    @Test("A key that others may read is not used")
    func keysArePrivate() async throws {
        try await withTemporaryFolder { folder in
            let key = RawPath(folder.path).appending("key.pem")
            try AtomicFile.write(Array("key".utf8), to: key, permissions: 0o644)
            let settings = ReviewSettings(tls: .init(certificate: key, key: key))
            let error = await #expect(throws: ReviewSettingsError.self) { try await PageBench.run(settings) { _ in } }
            #expect(error?.description.contains("chmod 600") == true)
        }
    }
}
