import Foundation

/// Bytes of NIfTI-1 files for tests, with every field at hand to be made wrong.
struct NIfTIFile {
    var dimensions: [Int16] = [3, 4, 3, 2, 1, 1, 1, 1]
    var datatype: Int16 = 4
    var bitpix: Int16 = 16
    var pixdim: [Float] = [1, 2, 3, 4, 0, 0, 0, 0]
    var dataOffset: Float = 352
    var slope: Float = 1
    var intercept: Float = 0
    var units: UInt8 = 2
    var qformCode: Int16 = 0
    var sformCode: Int16 = 1
    var quaternion: [Float] = [0, 0, 0]
    var quaternionOffset: [Float] = [0, 0, 0]
    var sform: [Float] = [2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 4, 30]
    var magic: [UInt8] = [0x6E, 0x2B, 0x31, 0]
    var isBigEndian = false
    /// 24 voxels, 0 to 23, as int16 in the file's byte order where nil.
    var voxels: [UInt8]?

    var bytes: [UInt8] {
        var header = [UInt8](repeating: 0, count: 352)
        func put<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
            let ordered = isBigEndian ? value.bigEndian : value.littleEndian
            withUnsafeBytes(of: ordered) { header.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        func put(_ value: Float, at offset: Int) { put(value.bitPattern, at: offset) }
        put(Int32(348), at: 0)
        for (index, value) in dimensions.enumerated() { put(value, at: 40 + 2 * index) }
        put(datatype, at: 70)
        put(bitpix, at: 72)
        for (index, value) in pixdim.enumerated() { put(value, at: 76 + 4 * index) }
        put(dataOffset, at: 108)
        put(slope, at: 112)
        put(intercept, at: 116)
        header[123] = units
        put(qformCode, at: 252)
        put(sformCode, at: 254)
        for index in 0..<3 {
            put(quaternion[index], at: 256 + 4 * index)
            put(quaternionOffset[index], at: 268 + 4 * index)
        }
        for (index, value) in sform.enumerated() { put(value, at: 280 + 4 * index) }
        header.replaceSubrange(344..<348, with: magic)
        return header
            + (voxels
                ?? (0..<24).flatMap { (value: Int16) -> [UInt8] in
                    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
                })
    }
}
