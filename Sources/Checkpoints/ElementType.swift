/// How the numbers of a stored tensor are encoded, little-endian; the raw values are the names in safetensors.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
    /// IEEE 754 binary32.
    case float32 = "F32"
    /// IEEE 754 binary16.
    case float16 = "F16"
    /// The upper half of a binary32.
    case bfloat16 = "BF16"
    /// IEEE 754 binary64.
    case float64 = "F64"
    case int8 = "I8"
    case int16 = "I16"
    case int32 = "I32"
    case int64 = "I64"
    case uint8 = "U8"
    case uint16 = "U16"
    case uint32 = "U32"
    case uint64 = "U64"
    /// One byte; anything but zero is true.
    case bool = "BOOL"

    /// The size of one element in bytes.
    public var byteCount: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Whether the elements are parameters rather than bookkeeping.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float16, .bfloat16, .float64: true
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .bool: false
        }
    }

    /// Converts contiguous elements to fp32.
    ///
    /// fp16 and bf16 are exact, NaN payloads included; fp64 and wide integers are rounded to nearest, ties to even.
    /// The destination holds as many elements as the source; the source need not be aligned.
    func convert(_ source: UnsafeRawBufferPointer, into destination: UnsafeMutableBufferPointer<Float>) {
        precondition(source.count == destination.count * byteCount, "source and destination differ in length")
        switch self {
        case .float32: Self.map(source, destination) { (bits: UInt32) in Float(bitPattern: bits) }
        case .float16: Self.map(source, destination, Self.float(fromHalf:))
        case .bfloat16: Self.map(source, destination) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .float64: Self.map(source, destination) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        case .int8: Self.map(source, destination) { (value: Int8) in Float(value) }
        case .int16: Self.map(source, destination) { (value: Int16) in Float(value) }
        case .int32: Self.map(source, destination) { (value: Int32) in Float(value) }
        case .int64: Self.map(source, destination) { (value: Int64) in Float(value) }
        case .uint8: Self.map(source, destination) { (value: UInt8) in Float(value) }
        case .uint16: Self.map(source, destination) { (value: UInt16) in Float(value) }
        case .uint32: Self.map(source, destination) { (value: UInt32) in Float(value) }
        case .uint64: Self.map(source, destination) { (value: UInt64) in Float(value) }
        case .bool: Self.map(source, destination) { (value: UInt8) in value == 0 ? 0 : 1 }
        }
    }

    @inline(__always)
    private static func map<Stored: FixedWidthInteger & BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer,
        _ destination: UnsafeMutableBufferPointer<Float>,
        _ transform: (Stored) -> Float
    ) {
        for index in destination.indices {
            let stored = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
            destination.initializeElement(at: index, to: transform(Stored(littleEndian: stored)))
        }
    }

    /// Widens the bits of a binary16. Done by hand because the instruction turns signalling NaNs into quiet ones.
    static func float(fromHalf bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:
            // Zero or subnormal: fraction · 2^-24, which binary32 holds as a normal number.
            let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
            return Float(bitPattern: sign | magnitude.bitPattern)
        case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
