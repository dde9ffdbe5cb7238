import CPNG
import DICOMFiles

/// A small grey picture of a frame, in which a millimetre is as wide as it is high.
struct Thumbnail {
    private let width: Int
    private let height: Int
    private let grey: [UInt8]

    init(_ question: ThumbnailQuestion) throws {
        let reader = try FrameReader(question.frame.path)
        guard reader.sopInstanceUID == question.frame.instance, question.frame.index < reader.module.numberOfFrames
        else { throw DICOMFileError(.uidConflict, "The file holds another instance than before") }
        let values = try reader.modalityValues(frameAt: question.frame.index)
        let (rows, columns) = (reader.module.rows, reader.module.columns)
        let breadth = Double(columns) * question.columnSpacing
        let depth = Double(rows) * question.rowSpacing
        // Never larger than the frame itself along its longer side.
        let longest = Double(min(question.size, max(rows, columns)))
        let scale = longest / max(breadth, depth)
        width = max(1, Int((breadth * scale).rounded()))
        height = max(1, Int((depth * scale).rounded()))
        let window = question.window.flatMap { $0.count == 2 && $0[0] < $0[1] ? $0[0]...$0[1] : nil }
        let limits = window ?? Self.limits(of: values)
        let isInverted = reader.module.isInverted && question.window == nil
        grey = Self.reduced(values, (rows, columns), (height, width)).map { value in
            let share = (Double(value) - limits.lowerBound) / (limits.upperBound - limits.lowerBound)
            let byte = UInt8(min(max(share, 0), 1) * 255)
            return isInverted ? 255 - byte : byte
        }
    }

    /// Percentiles of what is not the smallest value: the background says nothing.
    private static func limits(of values: [Float]) -> ClosedRange<Double> {
        let finite = values.filter(\.isFinite)
        let smallest = finite.min() ?? 0
        let sorted = finite.filter { $0 > smallest }.sorted()
        guard let first = sorted.first, let last = sorted.last, first < last else {
            return Double(smallest)...Double(smallest) + 1
        }
        let low = Double(sorted[sorted.count / 100])
        let high = Double(sorted[sorted.count - 1 - sorted.count / 100])
        return low < high ? low...high : Double(first)...Double(last)
    }

    /// The mean of the pixels that fall on each pixel of the picture, at least one.
    private static func reduced(
        _ values: [Float],
        _ source: (rows: Int, columns: Int),
        _ target: (rows: Int, columns: Int)
    ) -> [Float] {
        func span(_ index: Int, _ count: Int, of length: Int) -> Range<Int> {
            let start = index * length / count
            return start..<max(start + 1, (index + 1) * length / count)
        }
        var reduced: [Float] = []
        reduced.reserveCapacity(target.rows * target.columns)
        for y in 0..<target.rows {
            let rows = span(y, target.rows, of: source.rows)
            for x in 0..<target.columns {
                let columns = span(x, target.columns, of: source.columns)
                var sum: Float = 0
                for row in rows {
                    for column in columns { sum += values[row * source.columns + column] }
                }
                reduced.append(sum / Float(rows.count * columns.count))
            }
        }
        return reduced
    }

    /// The bytes of a PNG file.
    func pngBytes() throws -> [UInt8] {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(width)
        image.height = UInt32(height)
        image.format = UInt32(PNG_FORMAT_GRAY)
        defer { png_image_free(&image) }
        var size = grey.count + height + 65_536
        var bytes = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &bytes, &size, 0, grey, Int32(width), nil) != 0 else {
            throw ImagingExamination.Refusal(reason: "PNG")
        }
        return Array(bytes.prefix(size))
    }
}
