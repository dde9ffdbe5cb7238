import Geometry

/// How far a box misses the tight box of an object, side by side, in source pixels.
///
/// The two directions are told apart because they cost differently: a box that is too large is nearly free, one that
/// cuts into the object is not.
public struct BoxError: Sendable, Hashable {
    /// How far each side cuts into the object: left, top, right, bottom; 0 where it does not.
    public let inner: [Double]
    /// How far each side stays outside the object: left, top, right, bottom; 0 where it cuts.
    public let outer: [Double]
    /// How far each side lies outside the object, below 0 where it cuts: left, top, right, bottom.
    public var outward: [Double] { zip(outer, inner).map { $0 - $1 } }
    /// Intersection over union of the two boxes.
    public let intersectionOverUnion: Double

    /// Compares a box with the tight box of the object.
    public init(of box: PixelBox, against tight: PixelBox) {
        let outward = [tight.x0 - box.x0, tight.y0 - box.y0, box.x1 - tight.x1, box.y1 - tight.y1]
        inner = outward.map { max(0, -$0) }
        outer = outward.map { max(0, $0) }
        let overlap = PixelBox(
            x0: max(box.x0, tight.x0),
            y0: max(box.y0, tight.y0),
            x1: min(box.x1, tight.x1),
            y1: min(box.y1, tight.y1)
        )
        let intersection = overlap.width > 0 && overlap.height > 0 ? overlap.area : 0
        let union = box.area + tight.area - intersection
        intersectionOverUnion = union > 0 ? intersection / union : 0
    }

    /// The largest cut of any side.
    public var worstInner: Double { inner.max() ?? 0 }
    /// The largest overshoot of any side.
    public var worstOuter: Double { outer.max() ?? 0 }
}
