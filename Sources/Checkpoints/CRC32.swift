/// The checksum of zip members: CRC-32 of ISO 3309 and ITU-T V.42, reflected, polynomial 0x04C11DB7.
enum CRC32 {
    /// Row `k` advances a byte over `k` further zero bytes, so that eight bytes are looked up at once ("slicing by 8",
    /// Kounavis and Berry, A systematic approach to building high performance software-based CRC generators, 2005).
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            tables[byte] = (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        for index in 256..<8 * 256 {
            let previous = tables[index - 256]
            tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
        }
        return tables
    }()

    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            var value = UInt32.max
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                value = advance(word ^ UInt64(value), table)
                offset += 8
            }
            for byte in bytes[offset...] { value = value >> 8 ^ table[Int((value ^ UInt32(byte)) & 0xFF)] }
            return ~value
        }
    }

    /// The register after eight bytes; their first four are already combined with the register before.
    @inline(__always)
    private static func advance(_ word: UInt64, _ table: UnsafeBufferPointer<UInt32>) -> UInt32 {
        var value: UInt32 = 0
        for lane in 0..<8 { value ^= table[(7 - lane) << 8 + Int(word >> UInt64(8 * lane) & 0xFF)] }
        return value
    }
}
