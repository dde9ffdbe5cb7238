import Tensors

/// What tells the network which object to segment. Coordinates are source pixels (x = column, y = row), passed to the
/// network as they stand, scaled only.
public struct Prompt: Sendable {
    /// A click. Label 1 is foreground, 0 background, −1 padding.
    public struct Point: Sendable, Hashable {
        /// The column.
        public var x: Double
        /// The row.
        public var y: Double
        /// 1, 0 or −1.
        public var label: Int

        /// A click at a column and a row.
        public init(x: Double, y: Double, label: Int) {
            self.x = x
            self.y = y
            self.label = label
        }
    }

    /// Two corners in source pixels.
    public struct Box: Sendable, Hashable {
        /// The first corner's column.
        public var x0: Double
        /// The first corner's row.
        public var y0: Double
        /// The second corner's column.
        public var x1: Double
        /// The second corner's row.
        public var y1: Double

        /// A box from its upper left to its lower right corner.
        public init(x0: Double, y0: Double, x1: Double, y1: Double) {
            self.x0 = x0
            self.y0 = y0
            self.x1 = x1
            self.y1 = y1
        }
    }

    /// The box around the object.
    public var box: Box?
    /// Clicks on the object and beside it.
    public var points: [Point]
    /// `[4g, 4g]` for an embedding grid g: what the architecture's specification feeds (SAM-Med2D: sigmoid of the
    /// previous low-res logits).
    public var mask: Tensor?

    /// Any mixture of box, points and mask.
    public init(box: Box? = nil, points: [Point] = [], mask: Tensor? = nil) {
        self.box = box
        self.points = points
        self.mask = mask
    }
}
