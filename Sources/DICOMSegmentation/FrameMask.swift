/// The mask of one segment on one frame, one bit for each pixel.
///
/// Row-major from the first pixel of the first row; pixel i is bit i % 8 of byte i / 8, counted from the least
/// significant one, as in the Pixel Data of a BINARY segmentation (PS3.5 section 8.1.1).
public struct FrameMask: Sendable, Hashable {
    /// Pixels in a column.
    public let rows: Int
    /// Pixels in a row.
    public let columns: Int
    /// ⌈rows × columns / 8⌉ bytes. Bits behind the last pixel are 0.
    public let packed: [UInt8]
    /// How many pixels belong to the segment.
    public let pixelCount: Int

    /// Packs a row-major mask of rows × columns bytes, where anything but 0 belongs to the segment.
    public init(rows: Int, columns: Int, pixels: [UInt8]) {
        precondition(rows > 0 && columns > 0 && pixels.count == rows * columns, "a mask has rows × columns pixels")
        var packed = [UInt8](repeating: 0, count: (pixels.count + 7) / 8)
        var count = 0
        for index in pixels.indices where pixels[index] != 0 {
            packed[index >> 3] |= 1 << (index & 7)
            count += 1
        }
        self.rows = rows
        self.columns = columns
        self.packed = packed
        self.pixelCount = count
    }

    /// Takes bits that are packed already; those behind the last pixel are cleared.
    public init(rows: Int, columns: Int, packed: [UInt8]) {
        let bits = rows * columns
        precondition(rows > 0 && columns > 0 && packed.count == (bits + 7) / 8, "a mask has one bit for each pixel")
        var packed = packed
        if bits % 8 != 0 { packed[packed.count - 1] &= (1 << (bits % 8)) - 1 }
        self.rows = rows
        self.columns = columns
        self.packed = packed
        self.pixelCount = packed.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Whether no pixel belongs to the segment.
    public var isEmpty: Bool { pixelCount == 0 }

    /// Whether a pixel belongs to the segment; both indices start at 0.
    public subscript(row row: Int, column column: Int) -> Bool {
        precondition(0..<rows ~= row && 0..<columns ~= column, "the pixel lies in the frame")
        let index = row * columns + column
        return packed[index >> 3] >> (index & 7) & 1 == 1
    }

    /// One byte, 0 or 1, for each pixel, row-major.
    public func unpacked() -> [UInt8] {
        let bits = rows * columns
        return [UInt8](unsafeUninitializedCapacity: bits) { buffer, initialized in
            for index in 0..<bits { buffer[index] = packed[index >> 3] >> (index & 7) & 1 }
            initialized = bits
        }
    }
}
