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
        bytes.withUnsafeBytes { source in
            // One loop for each size, so that the size is not asked for at every pixel.
            switch bytesPerWord {
            case 1:
                fill(source.count, transform) { UInt32(source[$0]) }
            case 2:
                fill(source.count / 2, transform) {
                    UInt32(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)))
                }
            default:
                fill(source.count / 4, transform) {
                    UInt32(littleEndian: source.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
                }
            }
        }
    }

    @inline(__always)
    private func fill<Value>(
        _ count: Int,
        _ transform: (Int32) -> Value,
        from word: (Int) -> UInt32
    ) -> [Value] {
        [Value](unsafeUninitializedCapacity: count) { target, initialized in
            for index in 0..<count {
                let bits = word(index) &>> shift & mask
                // Two's complement of fewer than 32 bits: flip the sign bit, then take its weight away.
                target.initializeElement(at: index, to: transform(Int32(bitPattern: (bits ^ sign) &- sign)))
            }
            initialized = count
        }
    }
}
