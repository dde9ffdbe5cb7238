import SegmentAnything
import Tensors

/// Where a slice lies in the network's square input: scaled to the longest side, at the top left, zeros elsewhere.
package struct InputFrame: Sendable, Hashable {
    /// The edge of the square input in pixels.
    package static let size = 256

    package let sourceRows: Int
    package let sourceColumns: Int
    /// The part of the input that the slice covers.
    package let rows: Int
    package let columns: Int

    /// The frame of a slice of this size.
    ///
    /// Throws ``ModelError/invalidInput(_:)`` when the slice is so narrow that nothing of it would be left.
    package init(sourceRows: Int, sourceColumns: Int) throws(ModelError) {
        let scale = Double(InputFrame.size) / Double(max(sourceRows, sourceColumns))
        self.sourceRows = sourceRows
        self.sourceColumns = sourceColumns
        rows = Int(Double(sourceRows) * scale + 0.5)
        columns = Int(Double(sourceColumns) * scale + 0.5)
        guard rows > 0 && columns > 0 else {
            throw .invalidInput(
                """
                a slice of \(sourceRows) × \(sourceColumns) pixels is too narrow: scaled to \(InputFrame.size) pixels \
                on its longest side nothing is left of the other
                """
            )
        }
    }

    /// The box in input pixels: scaled, neither rounded nor clipped.
    package func scaled(_ box: Prompt.Box) -> Prompt.Box {
        let longest = Double(max(sourceRows, sourceColumns))
        func scaled(_ coordinate: Double) -> Double { coordinate * Double(InputFrame.size) / longest }
        return Prompt.Box(x0: scaled(box.x0), y0: scaled(box.y0), x1: scaled(box.x1), y1: scaled(box.y1))
    }

    /// A mask of the slice, row by row, in the square input: 0 and 1 by nearest neighbour, 0 outside the slice.
    ///
    /// Pixel centres stay where they are, as ``sourceLogits(_:)`` takes them back. OpenCV's nearest neighbour, which the
    /// published training uses, reads at the pixel's corner: every mask would move by up to half a source pixel, and a
    /// network that is fine-tuned on it learns to draw beside the object.
    package func mask(_ mask: [Bool]) -> Tensor {
        func sources(_ length: Int, _ scaled: Int) -> [Int] {
            (0..<scaled).map { min(Int((Double($0) + 0.5) * Double(length) / Double(scaled)), length - 1) }
        }
        let columnSources = sources(sourceColumns, columns)
        var values = [Float](repeating: 0, count: InputFrame.size * InputFrame.size)
        for (row, source) in sources(sourceRows, rows).enumerated() {
            for (column, sourceColumn) in columnSources.enumerated() where mask[source * sourceColumns + sourceColumn] {
                values[row * InputFrame.size + column] = 1
            }
        }
        return Tensor(values, shape: [InputFrame.size, InputFrame.size])
    }

    /// Logits `[256, 256]` of the square input as logits `[sourceRows, sourceColumns]` of the slice: what was padded is
    /// cut off, the rest is interpolated bilinearly once.
    package func sourceLogits(_ logits: Tensor) -> Tensor {
        precondition(logits.shape == [InputFrame.size, InputFrame.size], "logits \(logits.shape)")
        let covered = Tensor(shape: [1, rows, columns, 1]) { result in
            logits.withUnsafeBufferPointer { logits in
                for row in 0..<rows {
                    let start = row * InputFrame.size
                    _ = result[row * columns..<(row + 1) * columns]
                        .initialize(fromContentsOf: logits[start..<start + columns])
                }
            }
        }
        return covered.resizedBilinearly(rows: sourceRows, columns: sourceColumns)
            .reshaped([sourceRows, sourceColumns])
    }
}
