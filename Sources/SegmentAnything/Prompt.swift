import Tensors

/// What tells the network which object to segment. Coordinates are source pixels (x = column, y = row), passed to the
/// network as they stand, scaled only.
public struct Prompt: Sendable {
    /// A click. Label 1 is foreground, 0 background, −1 padding.
    public struct Point: Sendable, Hashable {
        public var x: Double
        public var y: Double
        public var label: Int

        public init(x: Double, y: Double, label: Int) {
            self.x = x
            self.y = y
            self.label = label
        }
    }

    /// Two corners in source pixels.
    public struct Box: Sendable, Hashable {
        public var x0: Double
        public var y0: Double
        public var x1: Double
        public var y1: Double

        public init(x0: Double, y0: Double, x1: Double, y1: Double) {
            self.x0 = x0
            self.y0 = y0
            self.x1 = x1
            self.y1 = y1
        }
    }

    public var box: Box?
    public var points: [Point]
    /// `[4g, 4g]` for an embedding grid g: what the architecture's specification feeds (SAM-Med2D: sigmoid of the
    /// previous low-res logits).
    public var mask: Tensor?

    public init(box: Box? = nil, points: [Point] = [], mask: Tensor? = nil) {
        self.box = box
        self.points = points
        self.mask = mask
    }
}
