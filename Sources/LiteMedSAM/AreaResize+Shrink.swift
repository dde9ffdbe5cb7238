import SegmentAnything

/// A share of one source pixel in one target pixel.
private struct AreaTap {
    let source: Int
    let weight: Float
}

extension AreaResize {
    /// Weights by covered area, separable: rows first, then columns, both accumulated in fp32 in the order of the taps.
    static func averageAreas(_ image: SliceImage, vertical: AxisScale, horizontal: AxisScale) -> SliceImage {
        let channels = image.channels
        let width = horizontal.target * channels
        let columnTaps = areaTaps(horizontal)
        let rowTaps = areaTaps(vertical)
        var shrunkRow = [Float](repeating: 0, count: width)
        var sums = [Float](repeating: 0, count: width)
        var pixels = [UInt8](repeating: 0, count: vertical.target * width)
        image.pixels.withUnsafeBufferPointer { source in
            for row in 0..<vertical.target {
                for index in 0..<width { sums[index] = 0 }
                for tap in rowTaps[row] {
                    let start = tap.source * image.columns * channels
                    let line = UnsafeBufferPointer(rebasing: source[start..<(start + image.columns * channels)])
                    shrink(line, by: columnTaps, channels: channels, into: &shrunkRow)
                    for index in 0..<width { sums[index] += shrunkRow[index] * tap.weight }
                }
                for index in 0..<width { pixels[row * width + index] = saturated(sums[index]) }
            }
        }
        return SliceImage(rows: vertical.target, columns: horizontal.target, channels: channels, pixels: pixels)
    }

    private static func shrink(
        _ line: UnsafeBufferPointer<UInt8>,
        by taps: [[AreaTap]],
        channels: Int,
        into shrunkRow: inout [Float]
    ) {
        for (column, columnTaps) in taps.enumerated() {
            for channel in 0..<channels {
                var sum: Float = 0
                for tap in columnTaps { sum += Float(line[tap.source * channels + channel]) * tap.weight }
                shrunkRow[column * channels + channel] = sum
            }
        }
    }

    /// Per target pixel its taps: the partly covered first pixel, the whole ones, the partly covered last one. A cover
    /// of less than a thousandth of a pixel is dropped. Weights are computed in fp64 and stored in fp32.
    private static func areaTaps(_ axis: AxisScale) -> [[AreaTap]] {
        (0..<axis.target).map { target in
            let start = Double(target) * axis.scale
            let end = start + axis.scale
            let cell = min(axis.scale, Double(axis.source) - start)
            let last = min(Int(end.rounded(.down)), axis.source - 1)
            let first = min(Int(start.rounded(.up)), last)
            var taps: [AreaTap] = []
            if Double(first) - start > 1e-3 {
                taps.append(AreaTap(source: first - 1, weight: Float((Double(first) - start) / cell)))
            }
            for source in first..<last { taps.append(AreaTap(source: source, weight: Float(1 / cell))) }
            if end - Double(last) > 1e-3 {
                taps.append(AreaTap(source: last, weight: Float(min(min(end - Double(last), 1), cell) / cell)))
            }
            return taps
        }
    }
}
