import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Digests and name-based identifiers")
struct DigestTests {
    /// FIPS 180-4, the example of one block.
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("bytes, memory, pieces and files have the published digest")
    func whenDigesting_thenAllWaysAgree() throws {
        let bytes = Array("abc".utf8)
        #expect(SHA256Digest(of: bytes).hex == abc)
        #expect(bytes.withUnsafeBytes { SHA256Digest(ofMemory: $0) }.hex == abc)
        var accumulator = SHA256Accumulator()
        for byte in bytes { withUnsafeBytes(of: byte) { accumulator.update($0) } }
        #expect(accumulator.digest().hex == abc)
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("file")
            try AtomicFile.write(bytes, to: path)
            let digest = try SHA256Digest(ofFile: path)
            #expect(digest.hex == abc)
        }
    }

    @Test("only 64 hexadecimal digits are a digest")
    func whenParsing_thenOnlyDigitsAreTaken() {
        #expect(SHA256Digest(hex: abc.uppercased())?.hex == abc)
        #expect(SHA256Digest(hex: String(abc.dropLast())) == nil)
        #expect(SHA256Digest(hex: abc + "0") == nil)
        #expect(SHA256Digest(hex: String(abc.dropLast()) + "g") == nil)
        #expect(SHA256Digest(hex: String(repeating: "\u{FF11}", count: 64)) == nil)
    }

    @Test("a digest is a string in JSON, and wrong ones are refused")
    func whenCoding_thenItIsOneString() throws {
        let digest = SHA256Digest(of: Array("abc".utf8))
        let json = try JSONEncoder().encode([digest])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(abc)\"]")
        #expect(try JSONDecoder().decode([SHA256Digest].self, from: json) == [digest])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([SHA256Digest].self, from: Data("[\"x\"]".utf8))
        }
    }

    @Test("the example of RFC 9562 appendix A.4 and its decimal form come out")
    func whenDerivingUUID_thenItIsThePublishedOne() throws {
        // The name space for DNS names, RFC 9562 section 6.6.
        let namespace: [UInt8] = [
            0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
        ]
        let uuid = NameBasedUUID(namespace: namespace, name: "www.example.com")
        #expect(hexadecimal(uuid.bytes) == "2ed6657de927568b95e12665a8aea6a2")
        #expect(uuid.decimal == "62257697832880430461588949038000940706")
        #expect(uuid.dicomUID == "2.25.62257697832880430461588949038000940706")
        #expect(NameBasedUUID(namespace: namespace, name: "") != uuid)
    }
}
