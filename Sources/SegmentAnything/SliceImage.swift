/// One slice as a network sees it: rows × columns bytes, grey or three channels interleaved, row-major.
///
/// Grey values come from a window or from percentiles over the whole volume; the networks know nothing of DICOM.
public struct SliceImage: Sendable {
    /// The number of rows of pixels.
    public let rows: Int
    /// The number of columns of pixels.
    public let columns: Int
    /// 1 or 3.
    public let channels: Int
    /// rows × columns × channels bytes.
    public let pixels: [UInt8]

    /// Takes interleaved bytes; their number must fit the size.
    public init(rows: Int, columns: Int, channels: Int = 1, pixels: [UInt8]) {
        precondition(channels == 1 || channels == 3, "an image is grey or has three channels")
        precondition(rows > 0 && columns > 0 && pixels.count == rows * columns * channels, "pixels do not fit the size")
        self.rows = rows
        self.columns = columns
        self.channels = channels
        self.pixels = pixels
    }
}
