import Foundation
import Geometry

/// The fields of a NIfTI-1 header that Preread needs (nifti1.h, 348 bytes, either byte order).
struct NIfTIHeader {
    static let byteCount = 348

    let size: GridSize
    let element: NIfTIElement
    let isByteSwapped: Bool
    /// Where the voxels begin in the (inflated) file.
    let dataOffset: Int
    /// Stored value × slope + intercept is the value.
    let slope: Double
    let intercept: Double
    /// (i, j, k) → LPS, millimetres.
    let affine: Affine3D

    var dataByteCount: Int { size.count * element.byteCount }

    init(bytes: [UInt8]) throws(NIfTIError) {
        guard bytes.count >= Self.byteCount else { throw .notNIfTI("shorter than a header") }
        guard let fields = NIfTIFields(bytes: bytes) else { throw .notNIfTI("the header size is not 348") }
        let magic = Array(bytes[344..<348])
        guard magic == [0x6E, 0x2B, 0x31, 0] else { throw .notNIfTI("magic is not n+1; pairs of files are not read") }
        size = try Self.size(fields)
        guard let element = NIfTIElement(rawValue: fields.int16(70)) else {
            throw .badHeader("data type \(fields.int16(70)) is not supported")
        }
        guard Int(fields.int16(72)) == element.byteCount * 8 else { throw .badHeader("bitpix contradicts datatype") }
        self.element = element
        isByteSwapped = fields.isByteSwapped
        let offset = fields.float(108)
        guard offset >= 352, offset <= 16_777_216, offset == offset.rounded() else {
            throw .badHeader("vox_offset \(offset) is not usable")
        }
        dataOffset = Int(offset)
        let slope = fields.float(112)
        let intercept = fields.float(116)
        // nifti1.h: a slope of 0 means no scaling. Some writers store NaN for the same.
        let isScaled = slope.isFinite && slope != 0 && intercept.isFinite
        self.slope = isScaled ? slope : 1
        self.intercept = isScaled ? intercept : 0
        affine = try Self.affine(fields)
    }

    private static func size(_ fields: NIfTIFields) throws(NIfTIError) -> GridSize {
        let dimensions = (0..<8).map { Int(fields.int16(40 + 2 * $0)) }
        guard (3...7).contains(dimensions[0]) else { throw .badHeader("\(dimensions[0]) dimensions; 3 are needed") }
        let lengths = dimensions[1...dimensions[0]]
        guard lengths.allSatisfy({ $0 >= 1 }) else { throw .badHeader("a dimension is not positive") }
        guard lengths.dropFirst(3).allSatisfy({ $0 == 1 }) else { throw .badHeader("more than one volume") }
        return GridSize(x: dimensions[1], y: dimensions[2], z: dimensions[3])
    }

    /// The map to LPS. This is the one place where RAS, NIfTI's system, becomes LPS: x and y change sign.
    private static func affine(_ fields: NIfTIFields) throws(NIfTIError) -> Affine3D {
        let toMillimetres: Double
        switch fields.bytes[123] & 7 {
        case 0, 2: toMillimetres = 1
        case 1: toMillimetres = 1000
        case 3: toMillimetres = 0.001
        default: throw .badHeader("unknown unit of length")
        }
        let rows: [[Double]]
        if fields.int16(254) > 0 {
            rows = (0..<3).map { row in (0..<4).map { fields.float(280 + 16 * row + 4 * $0) } }
        } else if fields.int16(252) > 0 {
            rows = try quaternionRows(fields)
        } else {
            throw .noOrientation
        }
        func column(_ index: Int) -> Vector3 {
            Vector3(-rows[0][index], -rows[1][index], rows[2][index]) * toMillimetres
        }
        let affine = Affine3D(xColumn: column(0), yColumn: column(1), zColumn: column(2), translation: column(3))
        let lengths = [affine.xColumn.length, affine.yColumn.length, affine.zColumn.length]
        guard affine.translation.isFinite, lengths.allSatisfy({ $0.isFinite && $0 > 1e-3 && $0 < 1e3 }),
            abs(affine.determinant) > 1e-3 * lengths[0] * lengths[1] * lengths[2]
        else { throw .badHeader("the orientation is not invertible or has absurd steps") }
        return affine
    }

    /// nifti1.h, "METHOD 2": rotation from the quaternion (b, c, d), steps from pixdim, handedness from pixdim[0].
    private static func quaternionRows(_ fields: NIfTIFields) throws(NIfTIError) -> [[Double]] {
        let b = fields.float(256)
        let c = fields.float(260)
        let d = fields.float(264)
        let rest = 1 - (b * b + c * c + d * d)
        guard rest.isFinite, rest > -1e-5 else { throw .badHeader("the quaternion is longer than 1") }
        let a = max(0, rest).squareRoot()
        let rotation = [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
        let handedness: Double = fields.float(76) < 0 ? -1 : 1
        let steps = [fields.float(80), fields.float(84), fields.float(88) * handedness]
        return (0..<3).map { row in
            (0..<3).map { rotation[row][$0] * steps[$0] } + [fields.float(268 + 4 * row)]
        }
    }
}

/// Number access in a header of either byte order.
struct NIfTIFields {
    let bytes: [UInt8]
    let isByteSwapped: Bool

    init?(bytes: [UInt8]) {
        self.bytes = bytes
        let length = UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 24
        guard length == 348 || length.byteSwapped == 348 else { return nil }
        isByteSwapped = length != 348
    }

    func int16(_ offset: Int) -> Int16 {
        let little = UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
        return Int16(bitPattern: isByteSwapped ? little.byteSwapped : little)
    }

    func float(_ offset: Int) -> Double {
        let little = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
        return Double(Float(bitPattern: isByteSwapped ? little.byteSwapped : little))
    }
}
