import SegmentAnything
import Tensors

/// A slice as the encoder takes it: resized bytes, and what every byte stands for.
///
/// The value of a pixel is a function of its byte, so bytes and a table of 256 values say everything; the encoder uses
/// that to compute its first layers once per byte instead of once per pixel.
package struct NetworkInput: Sendable {
    package let frame: InputFrame
    /// The resized slice, `frame.rows` × `frame.columns`.
    package let resized: SliceImage
    /// The fp32 value of a byte: stretched so that the darkest one of the slice is 0 and the brightest 1.
    package let levels: [Float]
    /// The darkest byte: its value 0 is also what the area outside the slice holds.
    package let darkest: UInt8

    /// Whether all three channels of the network's input are the same.
    package var isGrey: Bool { resized.channels == 1 }

    /// Resizes and measures; the range is that of all channels together, taken before padding.
    package init(_ image: SliceImage) throws(ModelError) {
        frame = try InputFrame(sourceRows: image.rows, sourceColumns: image.columns)
        resized = AreaResize.resize(image, rows: frame.rows, columns: frame.columns)
        var low = UInt8.max
        var high = UInt8.min
        for pixel in resized.pixels {
            low = min(low, pixel)
            high = max(high, pixel)
        }
        let darkest = low
        let range = max(Double(high) - Double(low), 1e-8)
        self.darkest = darkest
        levels = (0...255).map { byte in byte <= Int(darkest) ? 0 : Float(Double(byte - Int(darkest)) / range) }
    }

    /// The bytes of the padded square, row by row with the channels interleaved; outside the slice the darkest byte.
    package var paddedBytes: [UInt8] {
        let channels = resized.channels
        let width = frame.columns * channels
        var bytes: [UInt8] = []
        bytes.reserveCapacity(InputFrame.size * InputFrame.size * channels)
        for row in 0..<frame.rows {
            bytes += resized.pixels[row * width..<(row + 1) * width]
            bytes += repeatElement(darkest, count: InputFrame.size * channels - width)
        }
        bytes += repeatElement(darkest, count: InputFrame.size * InputFrame.size * channels - bytes.count)
        return bytes
    }

    /// The padded square as the network's definition takes it: `[256, 256, 3]`, a grey value three times.
    package var pixels: Tensor {
        let values = paddedBytes.map { levels[Int($0)] }
        let colours = isGrey ? values.flatMap { [$0, $0, $0] } : values
        return Tensor(colours, shape: [InputFrame.size, InputFrame.size, 3])
    }
}
