import Geometry

/// How far each side of a box in a slice moves outward.
public struct SideMargins: Sendable, Hashable {
    /// Towards lower columns.
    public var left: Double
    /// Towards lower rows.
    public var top: Double
    /// Towards higher columns.
    public var right: Double
    /// Towards higher rows.
    public var bottom: Double

    /// The same on every side.
    public init(_ margin: Double) {
        self.init(left: margin, top: margin, right: margin, bottom: margin)
    }

    /// Margins side by side.
    public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// A box with each side moved outward by its margin times `scale`.
    func grown(_ box: PixelBox, scale: Double) -> PixelBox {
        PixelBox(
            x0: box.x0 - left * scale,
            y0: box.y0 - top * scale,
            x1: box.x1 + right * scale,
            y1: box.y1 + bottom * scale
        )
    }
}
