import SegmentAnything

/// How automatic boxes miss: the distribution of every side's error, so that a network learns from boxes like those that
/// it will be given.
///
/// Errors are outward: above 0 a side lies outside the object, below 0 it cuts into it. They are pixels of a slice that is
/// scaled to 256 pixels, whatever the network's input is.
public struct BoxJitter: Sendable, Hashable, Codable {
    /// The error of one side as quantiles at equal steps of probability, from 0 to 1, ascending: between them the
    /// distribution is linear.
    public struct SideError: Sendable, Hashable, Codable {
        /// At least one.
        public let quantiles: [Double]

        /// Sorts what it gets.
        public init(quantiles: [Double]) {
            precondition(!quantiles.isEmpty && quantiles.allSatisfy(\.isFinite), "quantiles are finite numbers")
            self.quantiles = quantiles.sorted()
        }

        /// The distribution of measured errors, reduced to 21 quantiles.
        public init(measured errors: [Double]) {
            precondition(!errors.isEmpty && errors.allSatisfy(\.isFinite), "errors are finite numbers")
            let sorted = SideError(quantiles: errors)
            quantiles = (0...20).map { sorted.value(at: Double($0) / 20) }
        }

        /// The error that is not exceeded with that probability.
        public func value(at probability: Double) -> Double {
            let place = probability * Double(quantiles.count - 1)
            let below = min(quantiles.count - 1, max(0, Int(place)))
            let above = min(quantiles.count - 1, below + 1)
            return quantiles[below] + (quantiles[above] - quantiles[below]) * (place - Double(below))
        }
    }

    /// Smaller column.
    public var left: SideError
    /// Smaller row.
    public var top: SideError
    /// Larger column.
    public var right: SideError
    /// Larger row.
    public var bottom: SideError
    /// The largest change of size of the whole box about its centre: 0.1 is 0.9 to 1.1.
    public var scale: Double
    /// The share of boxes that stay tight: perfect boxes must go on working.
    public var tightShare: Double
    /// How much of a box's width or height one side may cut away at most.
    public var largestCut: Double

    /// Distributions of the four sides.
    public init(
        left: SideError,
        top: SideError,
        right: SideError,
        bottom: SideError,
        scale: Double = 0.05,
        tightShare: Double = 0.5,
        largestCut: Double = 0.25
    ) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
        self.scale = scale
        self.tightShare = tightShare
        self.largestCut = largestCut
    }

    /// Until a site has measured its own: boxes of one atlas of another patient with a margin of 4 pixels. The prototype's
    /// edges missed by 4.6 to 6.3 pixels on average, and what ships cuts in by at most 4 and stays outside by at most 12
    /// pixels in nine of ten sides; a distribution with heavy tails through these figures.
    public static let atlas: BoxJitter = {
        let side = SideError(
            quantiles: [
                -10, -7, -4, -2.3, -0.8, 0.5, 1.5, 2.2, 2.8, 3.4, 4, 4.6, 5.2, 5.9, 6.6, 7.5, 8.7, 10.2, 12, 15, 20,
            ]
        )
        return BoxJitter(left: side, top: side, right: side, bottom: side)
    }()

    /// Tight boxes.
    public static let none: BoxJitter = {
        let side = SideError(quantiles: [0])
        return BoxJitter(left: side, top: side, right: side, bottom: side, scale: 0, tightShare: 1)
    }()

    /// The box as an atlas could have drawn it, within the input of `edge` × `edge` pixels.
    func applied(to box: Prompt.Box, edge: Int, random: inout CounterRandom) -> Prompt.Box {
        // Drawn in any case: the number of draws does not depend on what they bring.
        let isTight = random.unit() < tightShare
        let probabilities = (random.unit(), random.unit(), random.unit(), random.unit())
        let size = 1 + scale * random.uniform(-1, 1)
        guard !isTight else { return box }
        let unit = Double(edge) / 256
        let (width, height) = (box.x1 - box.x0, box.y1 - box.y0)
        func outward(_ side: SideError, _ probability: Double, _ length: Double) -> Double {
            max(-largestCut * length, side.value(at: probability) * unit + (size - 1) * length / 2)
        }
        let limit = Double(edge)
        return Prompt.Box(
            x0: max(0, box.x0 - outward(left, probabilities.0, width)),
            y0: max(0, box.y0 - outward(top, probabilities.1, height)),
            x1: min(limit, box.x1 + outward(right, probabilities.2, width)),
            y1: min(limit, box.y1 + outward(bottom, probabilities.3, height))
        )
    }
}
