import SegmentAnything

/// Two neighbours with 11-bit weights; the second is the first again at the far edge.
private struct FixedPointTaps {
    let first: Int
    let second: Int
    let firstWeight: Int32
    let secondWeight: Int32
}

extension AreaResize {
    /// Two taps per axis in fixed point; a source pixel keeps its value over its whole area but for the seam.
    static func enlarge(_ image: SliceImage, vertical: AxisScale, horizontal: AxisScale) -> SliceImage {
        let channels = image.channels
        let width = horizontal.target * channels
        let lines = enlargedLines(image, horizontal: horizontal)
        let rowTaps = fixedPointTaps(vertical)
        var pixels = [UInt8](repeating: 0, count: vertical.target * width)
        for (row, taps) in rowTaps.enumerated() {
            for index in 0..<width {
                let upper = (taps.firstWeight * (lines[taps.first * width + index] >> 4)) >> 16
                let lower = (taps.secondWeight * (lines[taps.second * width + index] >> 4)) >> 16
                pixels[row * width + index] = UInt8(min(255, max(0, (upper + lower + 2) >> 2)))
            }
        }
        return SliceImage(rows: vertical.target, columns: horizontal.target, channels: channels, pixels: pixels)
    }

    /// Every source row at the target's width, `[source rows, target columns × channels]`, 11 fractional bits.
    private static func enlargedLines(_ image: SliceImage, horizontal: AxisScale) -> [Int32] {
        let channels = image.channels
        let width = horizontal.target * channels
        let columnTaps = fixedPointTaps(horizontal)
        var lines = [Int32](repeating: 0, count: image.rows * width)
        for row in 0..<image.rows {
            let start = row * image.columns * channels
            for (column, taps) in columnTaps.enumerated() {
                for channel in 0..<channels {
                    let first = Int32(image.pixels[start + taps.first * channels + channel])
                    let second = Int32(image.pixels[start + taps.second * channels + channel])
                    lines[row * width + column * channels + channel] =
                        first * taps.firstWeight + second * taps.secondWeight
                }
            }
        }
        return lines
    }

    private static func fixedPointTaps(_ axis: AxisScale) -> [FixedPointTaps] {
        (0..<axis.target).map { target in
            var source = Int((Double(target) * axis.scale).rounded(.down))
            var fraction = Float(Double(target + 1) - Double(source + 1) * axis.factor)
            fraction = fraction <= 0 ? 0 : fraction - fraction.rounded(.down)
            if source >= axis.source - 1 {
                source = axis.source - 1
                fraction = 0
            }
            return FixedPointTaps(
                first: source,
                second: min(source + 1, axis.source - 1),
                firstWeight: Int32(((1 - fraction) * 2048).rounded(.toNearestOrEven)),
                secondWeight: Int32((fraction * 2048).rounded(.toNearestOrEven))
            )
        }
    }
}
