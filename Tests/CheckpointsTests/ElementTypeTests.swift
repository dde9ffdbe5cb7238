import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Conversion of stored numbers")
struct ElementTypeTests {
    /// The elements of a safetensors file with one tensor, behind an odd number of bytes if wanted.
    private func values(_ type: String, _ bytes: [UInt8], count: Int, shift: Int = 0) throws -> [Float] {
        let end = shift + bytes.count
        let header = """
            {"a":{"dtype":"U8","shape":[\(shift)],"data_offsets":[0,\(shift)]},\
            "w":{"dtype":"\(type)","shape":[\(count)],"data_offsets":[\(shift),\(end)]}}
            """
        let file =
            PickleAssembler.littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)
            + [UInt8](repeating: 7, count: shift) + bytes
        return try withTemporaryFolder { folder in
            let path = folder.appending(path: "one.safetensors")
            try Data(file).write(to: path)
            return try SafetensorsFile(RawPath(path.path)).tensor("w").values
        }
    }

    private func bytes(_ numbers: [some FixedWidthInteger]) -> [UInt8] {
        numbers.flatMap { PickleAssembler.littleEndian($0) }
    }

    @Test("each of the 65536 half-precision numbers is widened exactly")
    func whenWideningHalf_thenEveryBitPatternIsExact() throws {
        let patterns = Array(UInt16.min...UInt16.max)
        let widened = try values("F16", bytes(patterns), count: patterns.count)
        for (pattern, value) in zip(patterns, widened) {
            let expected = Float(Float16(bitPattern: pattern))
            if expected.isNaN {
                // The payload stays where it was, and signalling stays signalling.
                let bits = UInt32(pattern & 0x8000) << 16 | 0x7F80_0000 | UInt32(pattern & 0x3FF) << 13
                #expect(value.bitPattern == bits)
            } else {
                #expect(value.bitPattern == expected.bitPattern, "\(pattern)")
            }
        }
        #expect(widened[1] == 0x1p-24)
        #expect(widened[0x7C00] == .infinity)
        #expect(widened[0x8000].sign == .minus)
    }

    @Test("each of the 65536 bfloat16 numbers is widened exactly")
    func whenWideningBfloat16_thenEveryBitPatternIsExact() throws {
        let patterns = Array(UInt16.min...UInt16.max)
        let widened = try values("BF16", bytes(patterns), count: patterns.count)
        #expect(zip(patterns, widened).allSatisfy { UInt32($0) << 16 == $1.bitPattern })
    }

    @Test("fp32 keeps every bit, aligned or not", arguments: [0, 1, 2, 3, 4])
    func whenReadingSingle_thenBitsStay(shift: Int) throws {
        let patterns: [UInt32] = [0, 1, 0x8000_0000, 0x7F80_0000, 0x7FA0_0001, 0x7FC0_0000, 0x3F80_0001]
        let read = try values("F32", bytes(patterns), count: patterns.count, shift: shift)
        #expect(read.map(\.bitPattern) == patterns)
    }

    @Test("fp64 is rounded to nearest, ties to even")
    func whenNarrowingDouble_thenValuesAreRounded() throws {
        let numbers = [0.1, 1 + 0x1p-24, 1 + 0x3p-24, 1e300, -1e-300, -.infinity]
        let read = try values("F64", bytes(numbers.map(\.bitPattern)), count: numbers.count, shift: 3)
        #expect(read == [0.1, 1, 1 + 0x1p-22, .infinity, 0, -.infinity])
    }

    @Test("integers and truth values become the nearest floats")
    func whenReadingIntegers_thenValuesAreThose() throws {
        #expect(try values("I8", [0x80, 0xFF, 0x7F], count: 3) == [-128, -1, 127])
        #expect(try values("U8", [0x80, 0xFF], count: 2) == [128, 255])
        #expect(try values("BOOL", [0, 1, 2], count: 3) == [0, 1, 1])
        #expect(try values("I16", bytes([Int16.min, -1]), count: 2, shift: 1) == [-32768, -1])
        #expect(try values("U16", bytes([UInt16.max]), count: 1, shift: 1) == [65535])
        #expect(try values("I32", bytes([Int32.min, 16_777_217]), count: 2, shift: 1) == [-0x1p31, 0x1p24])
        #expect(try values("U32", bytes([UInt32.max]), count: 1, shift: 1) == [0x1p32])
        #expect(try values("I64", bytes([Int64.min, 5]), count: 2, shift: 1) == [-0x1p63, 5])
        #expect(try values("U64", bytes([UInt64.max]), count: 1, shift: 1) == [0x1p64])
    }
}
