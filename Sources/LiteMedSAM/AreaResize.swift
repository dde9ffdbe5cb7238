import SegmentAnything

/// OpenCV's `INTER_AREA` on bytes, bit for bit, because the published masks come from images that it resized.
///
/// Four rules by size: copy, integer box, fractional area (when neither axis grows), and a two-tap fixed-point
/// interpolation (when one does; it is not the usual half-pixel bilinear one). The channels do not mix.
package enum AreaResize {
    /// The image with that many rows and columns.
    package static func resize(_ image: SliceImage, rows: Int, columns: Int) -> SliceImage {
        precondition(rows > 0 && columns > 0, "an image has at least one row and one column")
        if rows == image.rows && columns == image.columns { return image }
        let vertical = AxisScale(source: image.rows, target: rows)
        let horizontal = AxisScale(source: image.columns, target: columns)
        if vertical.scale < 1 || horizontal.scale < 1 {
            return enlarge(image, vertical: vertical, horizontal: horizontal)
        }
        if image.rows % rows == 0 && image.columns % columns == 0 {
            return averageBoxes(image, rows: rows, columns: columns)
        }
        return averageAreas(image, vertical: vertical, horizontal: horizontal)
    }

    /// The mean of whole boxes of source pixels.
    private static func averageBoxes(_ image: SliceImage, rows: Int, columns: Int) -> SliceImage {
        let boxRows = image.rows / rows
        let boxColumns = image.columns / columns
        let channels = image.channels
        let isQuad = boxRows == 2 && boxColumns == 2
        let reciprocal = 1 / Float(boxRows * boxColumns)
        var pixels = [UInt8](repeating: 0, count: rows * columns * channels)
        image.pixels.withUnsafeBufferPointer { source in
            for row in 0..<rows {
                for element in 0..<(columns * channels) {
                    let column = element / channels
                    let channel = element % channels
                    var sum = 0
                    for y in (row * boxRows)..<((row + 1) * boxRows) {
                        let start = (y * image.columns + column * boxColumns) * channels + channel
                        for x in 0..<boxColumns { sum += Int(source[start + x * channels]) }
                    }
                    let mean = isQuad ? UInt8((sum + 2) >> 2) : saturated(Float(sum) * reciprocal)
                    pixels[row * columns * channels + element] = mean
                }
            }
        }
        return SliceImage(rows: rows, columns: columns, channels: channels, pixels: pixels)
    }

    /// Half to even, then the range of a byte.
    static func saturated(_ value: Float) -> UInt8 {
        UInt8(min(255, max(0, value.rounded(.toNearestOrEven))))
    }
}

/// How one axis is resized: `factor` target pixels per source pixel, `scale` its double-precision reciprocal.
struct AxisScale {
    let source: Int
    let target: Int
    let factor: Double
    let scale: Double

    init(source: Int, target: Int) {
        self.source = source
        self.target = target
        factor = Double(target) / Double(source)
        scale = 1 / factor
    }
}
