import Atlas
import DurableFiles
import Foundation
import Geometry
import TestSupport
import Testing

@Suite("NIfTI")
struct NIfTIImageTests {
    @Test("RAS becomes LPS: x and y change sign, z stays")
    func whenSformIsGiven_thenMapIsLPS() throws {
        let image = try NIfTIImage(bytes: NIfTIFile().bytes)
        #expect(image.size == GridSize(x: 4, y: 3, z: 2))
        #expect(image.values == (0..<24).map { Float($0) })
        #expect(image.affine(Vector3(0, 0, 0)) == Vector3(-10, -20, 30))
        #expect(image.affine(Vector3(1, 1, 1)) == Vector3(-12, -23, 34))
    }

    @Test("A qform is used where there is no sform; a negative pixdim[0] mirrors k")
    func whenOnlyQform_thenQuaternionIsUsed() throws {
        var file = NIfTIFile()
        file.sformCode = 0
        file.qformCode = 1
        // Half a turn about z: (a, b, c, d) = (0, 0, 0, 1).
        file.quaternion = [0, 0, 1]
        file.quaternionOffset = [5, 6, 7]
        file.pixdim[0] = -1
        let affine = try NIfTIImage(bytes: file.bytes).affine
        #expect((affine(Vector3(0, 0, 0)) - Vector3(-5, -6, 7)).length < 1e-5)
        #expect((affine(Vector3(1, 1, 1)) - Vector3(-5 + 2, -6 + 3, 7 - 4)).length < 1e-5)
    }

    @Test("Big-endian files and scaled values are read")
    func whenBigEndianAndScaled_thenValuesAreRight() throws {
        var file = NIfTIFile()
        file.isBigEndian = true
        file.slope = 2
        file.intercept = -1024
        #expect(try NIfTIImage(bytes: file.bytes).values == (0..<24).map { Float($0) * 2 - 1024 })
    }

    @Test(
        "Every supported number format gives the same values",
        arguments: [2, 256, 4, 512, 8, 768, 16, 64, 1024, 1280]
    )
    func whenElementVaries_thenValuesAreSame(code: Int16) throws {
        var file = NIfTIFile()
        file.datatype = code
        func raw<Value>(_ make: (Int) -> Value) -> [UInt8] {
            (0..<24).flatMap { index in withUnsafeBytes(of: make(index)) { Array($0) } }
        }
        let voxels: [UInt8] =
            switch code {
            case 2, 256: raw { UInt8($0) }
            case 4, 512: raw { UInt16($0) }
            case 8, 768: raw { UInt32($0) }
            case 16: raw { Float($0) }
            case 64: raw { Double($0) }
            default: raw { UInt64($0) }
            }
        file.voxels = voxels
        file.bitpix = Int16(voxels.count / 24 * 8)
        #expect(try NIfTIImage(bytes: file.bytes).values == (0..<24).map { Float($0) })
    }

    @Test("A compressed file gives what the plain one does")
    func whenGzip_thenSameImage() throws {
        let plain = NIfTIFile().bytes
        let image = try NIfTIImage(bytes: try gzip(plain))
        #expect(image.values == (0..<24).map { Float($0) })
    }

    @Test("A compressed file that is cut anywhere is an error")
    func whenGzipIsCut_thenError() throws {
        var file = NIfTIFile()
        file.dimensions = [3, 64, 64, 4, 1, 1, 1, 1]
        file.voxels = (0..<64 * 64 * 4).flatMap { index -> [UInt8] in
            let value = UInt16(truncatingIfNeeded: index &* 40503)
            return [UInt8(value & 255), UInt8(value >> 8)]
        }
        let packed = try gzip(file.bytes)
        for length in stride(from: 2, to: packed.count - 32, by: 997) {
            #expect(throws: NIfTIError.self) { _ = try NIfTIImage(bytes: Array(packed.prefix(length))) }
        }
    }

    @Test("Dimensions that promise more than the file holds are refused before memory is taken")
    func whenDimensionsLie_thenTruncatedOrTooLarge() throws {
        var file = NIfTIFile()
        file.dimensions = [3, 400, 400, 400, 1, 1, 1, 1]
        #expect(throws: NIfTIError.truncated(expectedBytes: 352 + 128_000_000, foundBytes: 400)) {
            _ = try NIfTIImage(bytes: file.bytes)
        }
        let packed = try gzip(file.bytes)
        #expect(throws: NIfTIError.truncated(expectedBytes: 352 + 128_000_000, foundBytes: packed.count)) {
            _ = try NIfTIImage(bytes: packed)
        }
        file.dimensions = [3, 32767, 32767, 32767, 1, 1, 1, 1]
        #expect {
            _ = try NIfTIImage(bytes: try gzip(file.bytes))
        } throws: { error in
            if case NIfTIError.tooLarge = error { true } else { false }
        }
    }

    @Test("A bomb inflates no further than the image that it claims to be")
    func whenBomb_thenOnlyTheImageIsInflated() throws {
        let image = try NIfTIImage(bytes: try gzip(NIfTIFile().bytes + [UInt8](repeating: 0, count: 50_000_000)))
        #expect(image.size.count == 24)
        #expect {
            _ = try NIfTIImage(bytes: try gzip(NIfTIFile().bytes), limit: 400)
        } throws: { error in
            if case NIfTIError.tooLarge = error { true } else { false }
        }
    }

    static let hostile: [(String, @Sendable (inout NIfTIFile) -> Void)] = [
        ("negative dimension", { $0.dimensions[2] = -3 }),
        ("no dimensions", { $0.dimensions[0] = 0 }),
        ("time series", { $0.dimensions = [4, 4, 3, 2, 5, 1, 1, 1] }),
        ("unknown type", { $0.datatype = 1792 }),
        ("bitpix contradicts type", { $0.bitpix = 8 }),
        ("offset inside the header", { $0.dataOffset = 100 }),
        ("offset is not a number", { $0.dataOffset = .nan }),
        ("offset far away", { $0.dataOffset = 1e30 }),
        ("pair of files", { $0.magic = [0x6E, 0x69, 0x31, 0] }),
        ("no orientation", { $0.sformCode = 0 }),
        ("flat orientation", { $0.sform = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] }),
        ("orientation is not a number", { $0.sform[5] = .nan }),
        ("absurd steps", { $0.sform[0] = 1e9 }),
        ("unknown unit", { $0.units = 5 }),
    ]

    @Test("Headers that lie are errors", arguments: hostile.indices)
    func whenHeaderLies_thenError(index: Int) {
        var file = NIfTIFile()
        Self.hostile[index].1(&file)
        #expect(throws: NIfTIError.self, "\(Self.hostile[index].0)") { _ = try NIfTIImage(bytes: file.bytes) }
    }

    @Test("Bytes that are no header, and values that are no numbers, are errors")
    func whenContentIsNoImage_thenError() {
        #expect(throws: NIfTIError.self) { _ = try NIfTIImage(bytes: []) }
        #expect(throws: NIfTIError.self) { _ = try NIfTIImage(bytes: [0x1F, 0x8B]) }
        #expect(throws: NIfTIError.self) { _ = try NIfTIImage(bytes: [UInt8](repeating: 65, count: 1000)) }
        var file = NIfTIFile()
        file.datatype = 16
        file.bitpix = 32
        file.voxels = (0..<24).flatMap { _ in withUnsafeBytes(of: Float.nan) { Array($0) } }
        #expect(throws: NIfTIError.notFinite) { _ = try NIfTIImage(bytes: file.bytes) }
    }

    @Test("Only whole numbers from 0 are labels")
    func whenValuesAreNotLabels_thenError() throws {
        #expect(try NIfTIImage(bytes: NIfTIFile().bytes).labels().presentLabels == (1..<24).map { UInt16($0) })
        var file = NIfTIFile()
        file.slope = 0.5
        #expect(throws: NIfTIError.notLabels) { _ = try NIfTIImage(bytes: file.bytes).labels() }
    }
}

/// Compresses with the system's gzip, a writer of its own.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    try withTemporaryFolder { folder in
        let file = folder.appending(path: "plain")
        try Data(bytes).write(to: file)
        let program = try ChildProgram("/bin/gzip", ["-n", file.path], output: folder.appending(path: "said"))
        #expect(program.wait() == .exit(0))
        return Array(try Data(contentsOf: folder.appending(path: "plain.gz")))
    }
}
