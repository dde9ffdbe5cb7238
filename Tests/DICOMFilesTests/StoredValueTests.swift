import DICOMFiles
import Foundation
import Testing

/// Words with odd bit depths, high bits and byte orders, written by hand.
struct StoredValueTests {
    private func values(_ image: TestImage, _ encoding: DICOMBytes.Encoding = .explicitLittle) throws -> [Int32] {
        try FrameReader(DICOMFile.open(bytes: image.bytes(encoding).file())).storedValues(frameAt: 0)
    }

    private func words(_ words: [UInt16], _ encoding: DICOMBytes.Encoding = .explicitLittle) -> [UInt8] {
        words.flatMap { DICOMBytes(encoding).word($0) }
    }

    @Test("signed values of 12 bits are masked and sign-extended, whatever the bits above hold")
    func signedTwelveBits() throws {
        let stored: [UInt16] = [0x0000, 0x07FF, 0x0800, 0x0FFF, 0xF7FF, 0x1000, 0xAFFE]
        var image = TestImage(pixels: words(stored))
        image.rows = 1
        image.columns = 7
        #expect(try values(image) == [0, 2047, -2048, -1, 2047, 0, -2])
        image.isSigned = false
        #expect(try values(image) == [0, 2047, 2048, 4095, 2047, 0, 4094])
    }

    @Test("values above their lowest bit are shifted down: High Bit 15 with 12 bits stored")
    func highBitAboveStored() throws {
        var image = TestImage(pixels: words([0x0010, 0x7FF0, 0x8000, 0xFFFF]))
        image.rows = 2
        image.columns = 2
        image.highBit = 15
        #expect(try values(image) == [1, 2047, -2048, -1])
        image.isSigned = false
        #expect(try values(image) == [1, 2047, 2048, 4095])
    }

    @Test("eight and thirty-two bits, signed and unsigned")
    func otherWordSizes() throws {
        var image = TestImage(pixels: [0, 1, 127, 128, 255])
        (image.rows, image.columns) = (1, 5)
        (image.bitsAllocated, image.bitsStored, image.highBit) = (8, 8, 7)
        image.pixelVR = "OB"
        #expect(try values(image) == [0, 1, 127, -128, -1])
        image.isSigned = false
        #expect(try values(image) == [0, 1, 127, 128, 255])
        (image.bitsAllocated, image.bitsStored, image.highBit) = (32, 32, 31)
        image.pixels = [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x80, 2, 1, 0, 0, 0, 0, 1, 0]
        #expect(try values(image) == [1, -1, .min, 258, 65536])
        let reader = try FrameReader(DICOMFile.open(bytes: image.bytes().file()))
        #expect(try reader.modalityValues(frameAt: 0)[1] == Float(4_294_967_295.0 * 0.5 - 1024))
    }

    @Test("big-endian words are swapped; bytes are swapped in pairs where the VR is OW and left alone where it is OB")
    func bigEndian() throws {
        var image = TestImage(pixels: words([0x0123, 0x0800], .explicitBig))
        (image.rows, image.columns) = (1, 2)
        #expect(try values(image, .explicitBig) == [0x123, -2048])
        (image.bitsAllocated, image.bitsStored, image.highBit, image.isSigned) = (8, 8, 7, false)
        (image.rows, image.columns) = (1, 4)
        image.pixels = [2, 1, 4, 3]
        #expect(try values(image, .explicitBig) == [1, 2, 3, 4])
        image.pixelVR = "OB"
        #expect(try values(image, .explicitBig) == [2, 1, 4, 3])
    }

    @Test("implicit VR reads the same values")
    func implicit() throws {
        let image = TestImage(pixels: words((0..<15).map { UInt16($0) }))
        #expect(try values(image, .implicitLittle) == (0..<15).map { Int32($0) })
    }

    @Test("modality values of signed words: slope 0.5, intercept -1024")
    func modality() throws {
        var image = TestImage(pixels: words([0x0FFF, 0x0000, 0x07FF]))
        (image.rows, image.columns) = (1, 3)
        let reader = try FrameReader(DICOMFile.open(bytes: image.bytes().file()))
        #expect(try reader.modalityValues(frameAt: 0) == [-1024.5, -1024, -0.5])
    }

    @Test("a codestream of another size than the image is refused, whatever the codec")
    func sizeOfCodestream() throws {
        let names = [
            "pydicom/test_files/MR_small_RLE.dcm", "pydicom/test_files/MR_small_jp2klossless.dcm",
            "pydicom/test_files/MR_small_jpeg_ls_lossless.dcm", "pydicom-data/JPEG-LL.dcm", "made/jpeg_baseline.dcm",
        ]
        // Rows: group, element, VR and length, then the number.
        let head: [UInt8] = [0x28, 0, 0x10, 0, 0x55, 0x53, 2, 0]
        for name in names {
            var bytes = Array(try Data(contentsOf: PydicomReference.url(name)))
            let at = try #require(bytes.indices.first { bytes[$0...].starts(with: head) })
            #expect(try reason { _ = try FrameReader(DICOMFile.open(bytes: bytes)).storedValues(frameAt: 0) } == nil)
            bytes[at + 8] &+= 1
            let code = try reason { _ = try FrameReader(DICOMFile.open(bytes: bytes)).storedValues(frameAt: 0) }
            #expect(code == .decodeFailed, "\(name)")
        }
    }

    @Test("frames may be decoded from several tasks at once")
    func concurrentDecoding() async throws {
        let paths = try SyntheticSeries.paths("rle")
        let reader = try FrameReader(#require(paths.first))
        let expected = try reader.storedValues(frameAt: 0)
        let equal = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<32 {
                group.addTask { try reader.storedValues(frameAt: 0) == expected }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(equal)
    }
}
