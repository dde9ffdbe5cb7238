/// The number formats of NIfTI-1 voxels that are read; raw values are nifti1.h's datatype codes.
enum NIfTIElement: Int16 {
    case uint8 = 2
    case int16 = 4
    case int32 = 8
    case float32 = 16
    case float64 = 64
    case int8 = 256
    case uint16 = 512
    case uint32 = 768
    case int64 = 1024
    case uint64 = 1280

    var byteCount: Int {
        switch self {
        case .uint8, .int8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Decodes `count` voxels from the start of `data` to value × slope + intercept.
    func decode(_ data: UnsafeRawBufferPointer, header: NIfTIHeader) -> [Float] {
        switch self {
        case .uint8: scale(data, header) { (bits: UInt8) in Double(bits) }
        case .int8: scale(data, header) { (bits: UInt8) in Double(Int8(bitPattern: bits)) }
        case .uint16: scale(data, header) { (bits: UInt16) in Double(bits) }
        case .int16: scale(data, header) { (bits: UInt16) in Double(Int16(bitPattern: bits)) }
        case .uint32: scale(data, header) { (bits: UInt32) in Double(bits) }
        case .int32: scale(data, header) { (bits: UInt32) in Double(Int32(bitPattern: bits)) }
        case .float32: scale(data, header) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
        case .uint64: scale(data, header) { (bits: UInt64) in Double(bits) }
        case .int64: scale(data, header) { (bits: UInt64) in Double(Int64(bitPattern: bits)) }
        case .float64: scale(data, header) { (bits: UInt64) in Double(bitPattern: bits) }
        }
    }

    private func scale<Bits: FixedWidthInteger>(
        _ data: UnsafeRawBufferPointer,
        _ header: NIfTIHeader,
        _ value: (Bits) -> Double
    ) -> [Float] {
        let count = header.size.count
        precondition(data.count >= count * MemoryLayout<Bits>.size, "the data hold every voxel")
        return [Float](unsafeUninitializedCapacity: count) { output, initialized in
            for index in 0..<count {
                let stored = data.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
                let bits = header.isByteSwapped ? Bits(bigEndian: stored) : Bits(littleEndian: stored)
                output[index] = Float(value(bits) * header.slope + header.intercept)
            }
            initialized = count
        }
    }
}
