import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

/// The check that runs before DCMTK's parser.
struct StructureTests {
    private static let image = TestImage(pixels: [UInt8](repeating: 1, count: 30))

    private func reasonToRefuse(_ bytes: [UInt8]) throws -> ReasonCode? {
        try reason { _ = try DICOMFile.open(bytes: bytes) }
    }

    /// Sequences in sequences, in front of everything else; lengths undefined, and delimited.
    private func nested(_ depth: Int, vr: String = "SQ", encoding: DICOMBytes.Encoding = .explicitLittle) -> [UInt8] {
        var data = DICOMBytes(encoding)
        // A sequence of VR UN holds implicit VR little endian.
        var inner = DICOMBytes(vr == "UN" ? .implicitLittle : encoding)
        for level in 0..<depth {
            if level == 0 {
                data.head(0x0008, 0x1115, vr, length: DICOMBytes.undefinedLength)
            } else {
                inner.head(0x0008, 0x1115, "SQ", length: DICOMBytes.undefinedLength)
            }
            inner.head(0xFFFE, 0xE000, "", length: DICOMBytes.undefinedLength)
        }
        for _ in 0..<depth {
            inner.head(0xFFFE, 0xE00D, "", length: 0)
            inner.head(0xFFFE, 0xE0DD, "", length: 0)
        }
        data.bytes += inner.bytes + Self.image.bytes(encoding).bytes
        return data.file()
    }

    @Test("64 levels of sequences are read, 65 are refused", arguments: ["SQ", "UN"])
    func depth(_ vr: String) throws {
        #expect(try reasonToRefuse(nested(64, vr: vr)) == nil)
        #expect(try reasonToRefuse(nested(65, vr: vr)) == .malformed)
    }

    @Test("nesting counts in every encoding", arguments: [DICOMBytes.Encoding.implicitLittle, .explicitBig])
    func depthByEncoding(_ encoding: DICOMBytes.Encoding) throws {
        #expect(try reasonToRefuse(nested(64, encoding: encoding)) == nil)
        #expect(try reasonToRefuse(nested(65, encoding: encoding)) == .malformed)
    }

    @Test(
        "sequences of defined lengths count in implicit VR too, also under private tags",
        arguments: [UInt16(0x0008), 0x0007]
    )
    func definedLengths(_ group: UInt16) throws {
        func nested(_ depth: Int) -> [UInt8] {
            var inner: [UInt8] = []
            for _ in 0..<depth {
                var item = DICOMBytes(.implicitLittle)
                item.head(0xFFFE, 0xE000, "", length: UInt32(inner.count))
                var sequence = DICOMBytes(.implicitLittle)
                sequence.head(group, 0x1115, "SQ", length: UInt32(item.bytes.count + inner.count))
                inner = sequence.bytes + item.bytes + inner
            }
            var data = Self.image.bytes(.implicitLittle)
            data.bytes = inner + data.bytes
            return data.file()
        }
        #expect(try reasonToRefuse(nested(64)) == nil)
        #expect(try reasonToRefuse(nested(65)) == .malformed)
    }

    @Test("a private value that only looks like a sequence is kept as it is")
    func privateValue() throws {
        var data = DICOMBytes(.implicitLittle)
        let value: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0x00, 0x00, 1, 2]
        data.element(0x0007, 0x1001, "UN", value)
        data.bytes += Self.image.bytes(.implicitLittle).bytes
        let file = try DICOMFile.open(bytes: data.file())
        #expect(file.dataset.bytes(DICOMTag(0x0007, 0x1001)) == value)
        #expect(file.dataset.integer(.rows) == 3)
    }

    @Test("an element twice is refused: which value counts would depend on the reader; the same value twice is not")
    func twice() throws {
        for (value, expected) in [("2.25.99", ReasonCode.malformed), ("2.25.11", nil)] {
            var data = Self.image.bytes()
            data.text(0x0008, 0x0018, "UI", value)
            #expect(try reasonToRefuse(data.file()) == expected)
        }
    }

    @Test("zeros behind the last element are padding, anything else is not")
    func trailing() throws {
        let file = Self.image.bytes().file()
        #expect(try reasonToRefuse(file + [UInt8](repeating: 0, count: 37)) == nil)
        #expect(try reasonToRefuse(file + [0, 0, 0, 0, 0, 0, 0, 0, 9]) != nil)
    }

    @Test("bytes that are no DICOM are not called damaged DICOM")
    func notDICOM() throws {
        #expect(try reasonToRefuse([]) == .notDICOM)
        #expect(try reasonToRefuse([UInt8](repeating: 0, count: 100_000)) == .notDICOM)
        #expect(try reasonToRefuse(Array("just a letter from the ward\n".utf8)) == .notDICOM)
        #expect(try reasonToRefuse([UInt8](repeating: 0, count: 128) + Array("DICM".utf8)) == .malformed)
    }

    @Test("a data set without meta information is recognised in each encoding")
    func guessedEncoding() throws {
        for encoding in [DICOMBytes.Encoding.explicitLittle, .implicitLittle, .explicitBig] {
            let file = try DICOMFile.open(bytes: Self.image.bytes(encoding).bytes)
            #expect(file.hasNoMeta)
            #expect(file.transferSyntaxUID == encoding.transferSyntaxUID)
            #expect(file.dataset.string(.modality) == "CT")
        }
    }

    @Test("a deflated data set that inflates beyond measure is refused before it fills the memory")
    func deflateBomb() throws {
        let bomb = RawPath(SharedFiles.cache.appending(path: "zoo/bombs/deflate.dcm"))
        #expect(try reason { _ = try DICOMFile.open(bomb) } == .tooLarge)
        let deflated = try #require(SyntheticSeries.paths("deflated").first)
        #expect(try DICOMFile.open(deflated).transferSyntaxUID == "1.2.840.10008.1.2.1.99")
    }

    @Test("an image cut at any byte, a boundary of elements or not, is never accepted")
    func everyCut() throws {
        let whole = Self.image.bytes().file()
        try withFile(whole) { path in
            #expect(try reason { _ = try InstanceHeader(reading: path) } == nil)
            for length in (0..<whole.count).reversed() {
                #expect(path.withCString { truncate($0, length) } == 0)
                let code = try reason { _ = try InstanceHeader(reading: path) }
                #expect(code != nil, "cut at \(length)")
            }
        }
    }
}
