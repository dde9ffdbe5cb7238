/// A rectangle in a frame: pixel columns `x0..<x1`, rows `y0..<y1`, where (0, 0) is the *corner* of the first pixel.
///
/// A mask that holds only the pixel (column 3, row 5) has the box (3, 5, 4, 6). Edges may lie between pixels.
public struct PixelBox: Sendable, Hashable, Codable {
    /// The left edge, in pixel columns.
    public var x0: Double
    /// The upper edge, in pixel rows.
    public var y0: Double
    /// The right edge, in pixel columns.
    public var x1: Double
    /// The lower edge, in pixel rows.
    public var y1: Double

    /// A box from its edges.
    public init(x0: Double, y0: Double, x1: Double, y1: Double) {
        self.x0 = x0
        self.y0 = y0
        self.x1 = x1
        self.y1 = y1
    }

    /// Columns between the edges; negative when they are crossed.
    public var width: Double { x1 - x0 }
    /// Rows between the edges; negative when they are crossed.
    public var height: Double { y1 - y0 }
    /// Pixels inside; 0 when edges are crossed.
    public var area: Double { max(0, width) * max(0, height) }

    /// The box moved outward on every side, in pixels; a negative margin moves inward.
    public func grown(by margin: Double) -> PixelBox {
        PixelBox(x0: x0 - margin, y0: y0 - margin, x1: x1 + margin, y1: y1 + margin)
    }

    /// The part inside a frame of this size, or `nil` when nothing is left.
    public func clipped(columns: Int, rows: Int) -> PixelBox? {
        let box = PixelBox(x0: max(0, x0), y0: max(0, y0), x1: min(Double(columns), x1), y1: min(Double(rows), y1))
        return box.width > 0 && box.height > 0 ? box : nil
    }

    /// The tight box of the pixels that are not zero in a row-major mask; `nil` for an empty mask.
    public init?(of mask: [UInt8], columns: Int, rows: Int) {
        precondition(mask.count == columns * rows, "a mask has rows × columns pixels")
        var left = columns
        var right = -1
        var top = rows
        var bottom = -1
        for row in 0..<rows {
            for column in 0..<columns where mask[row * columns + column] != 0 {
                left = min(left, column)
                right = max(right, column)
                top = min(top, row)
                bottom = row
            }
        }
        guard right >= 0 else { return nil }
        self.init(x0: Double(left), y0: Double(top), x1: Double(right + 1), y1: Double(bottom + 1))
    }
}
