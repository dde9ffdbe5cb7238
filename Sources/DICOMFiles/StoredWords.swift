/// How a stored value lies in its word: Bits Stored below High Bit (PS3.5 section 8.1.1).
struct StoredWords {
    private let bytesPerWord: Int
    private let shift: UInt32
    private let mask: UInt32
    /// The bit that tells a negative value; 0 for unsigned images.
    private let sign: UInt32

    init(_ module: PixelModule) {
        bytesPerWord = module.bitsAllocated / 8
        shift = UInt32(module.highBit + 1 - module.bitsStored)
        mask = module.bitsStored == 32 ? .max : (1 << UInt32(module.bitsStored)) - 1
        sign = module.isSigned ? 1 << UInt32(module.bitsStored - 1) : 0
    }

    /// Maps every value of a frame; other bits of its word, such as old overlays, are masked.
    @inline(__always)
    func map<Value>(_ bytes: [UInt8], _ transform: (Int32) -> Value) -> [Value] {
        let count = bytes.count / bytesPerWord
        return bytes.withUnsafeBytes { source in
            [Value](unsafeUninitializedCapacity: count) { target, initialized in
                for index in 0..<count {
                    let bits = word(source, index) &>> shift & mask
                    // Two's complement of fewer than 32 bits: flip the sign bit, then take its weight away.
                    let value = Int32(truncatingIfNeeded: Int64(bits ^ sign) - Int64(sign))
                    target.initializeElement(at: index, to: transform(value))
                }
                initialized = count
            }
        }
    }

    @inline(__always)
    private func word(_ source: UnsafeRawBufferPointer, _ index: Int) -> UInt32 {
        switch bytesPerWord {
        case 1: UInt32(source[index])
        case 2: UInt32(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
        default: UInt32(littleEndian: source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
        }
    }
}
