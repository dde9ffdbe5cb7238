import Geometry

/// Turns an alignment into a box for each source slice and segment.
public struct BoxPlanner: Sendable {
    /// How boxes are cut from priors.
    public struct Options: Sendable, Hashable {
        /// How far each side moves outward, in pixels of a frame whose longest side has 256.
        ///
        /// The network forgives a box that is too large and not one that is too small.
        public var margin = 4.0
        /// A prior with fewer pixels in a slice, at 256, gives no box there.
        public var minimumArea = 40.0

        public init() {}
    }

    public let options: Options
    /// For each source slice.
    public let coverage: [SliceCoverage]
    private let stack: SliceStack
    private let priors: [UInt16: LabelPrior]

    /// Computes the priors of the given labels, or of every label of the atlas's table.
    public init(_ alignment: AtlasAlignment, labels: [UInt16]? = nil, options: Options = Options()) {
        self.options = options
        stack = alignment.target.stack
        let wanted = Set(labels ?? alignment.atlas.description.labels.map(\.id)).sorted()
        let grid = alignment.target.volume.grid
        let warped = WarpedLabels(alignment.atlas.labels, map: alignment.map, grid: grid)
        var priors: [UInt16: LabelPrior] = [:]
        for label in wanted {
            priors[label] = LabelPrior(label: label, grid: grid, values: warped.probability(of: label))
        }
        self.priors = priors
        coverage = CoverageMap(alignment).slices
    }

    /// The boxes of one label, in every slice where the prior is large enough and the atlas can speak.
    public func boxes(of label: UInt16) -> SegmentBoxes {
        guard let prior = priors[label] else { return SegmentBoxes(label: label, slices: []) }
        let scale = Double(max(stack.rows, stack.columns)) / 256
        let minimum = options.minimumArea * scale * scale
        let found = concurrentMap(stack.planes.count) { slice -> [SliceBox] in
            let plane = stack.planes[slice]
            guard coverage[slice] != .outside, let mask = prior.mask(on: plane),
                let tight = PixelBox(of: mask, columns: plane.columns, rows: plane.rows)
            else { return [] }
            let area = mask.reduce(0) { $0 + Int($1) }
            guard Double(area) >= minimum,
                let box = tight.grown(by: options.margin * scale).clipped(columns: plane.columns, rows: plane.rows)
            else { return [] }
            return [SliceBox(slice: slice, box: box, tight: tight, area: area, coverage: coverage[slice])]
        }
        return SegmentBoxes(label: label, slices: found.flatMap { $0 })
    }

    /// The prior of a label in a slice at the source's resolution: rows × columns bytes 0 and 1, row-major.
    ///
    /// `nil` where the prior is empty or the atlas does not cover the slice.
    public func priorMask(of label: UInt16, slice: Int) -> [UInt8]? {
        guard coverage[slice] != .outside, let prior = priors[label] else { return nil }
        return prior.mask(on: stack.planes[slice])
    }
}
