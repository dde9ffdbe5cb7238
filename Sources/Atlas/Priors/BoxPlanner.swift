import Geometry

/// Turns an alignment into a box for each source slice and segment.
public struct BoxPlanner: Sendable {
    /// How boxes are cut from priors.
    public struct Options: Sendable, Hashable {
        /// How far each side moves outward, in pixels of a frame whose longest side has 256.
        ///
        /// The network forgives a box that is too large and not one that is too small: on the sample series the mean
        /// Dice of nine organs was .57, .59, .63, .67 for 0, 2, 4 and 6 pixels and no better for 8 and 10.
        public var margins = SideMargins(6)
        /// A prior with fewer pixels in a slice, at 256, gives no box there.
        public var minimumArea = 40.0
        /// What of a prior is thinner than twice this is left out of its box, in pixels of the same frame: thin tongues
        /// and small islands mostly come from errors of the registration. 0 takes the whole prior.
        public var tongue = 4.0

        /// The most boxes of a slice. With one it holds all of the prior; with more, the largest connected parts of the prior
        /// that reach ``minimumArea`` get one each.
        public var maximumBoxes = 1

        /// Whether priors are sharpened by the target's own intensities where that is safe.
        public var refinesByIntensity = true

        /// The recommended values.
        public init() {}
    }

    /// How boxes are cut.
    public let options: Options
    /// For each source slice.
    public let coverage: [SliceCoverage]
    private let stack: SliceStack
    private let priors: [UInt16: LabelPrior]
    private let refinedLabels: Set<UInt16>

    /// Computes the priors of the given labels, or of every label of the atlas's table.
    public init(_ alignment: AtlasAlignment, labels: [UInt16]? = nil, options: Options = Options()) {
        self.init(AtlasVote(alignment), labels: labels, options: options)
    }

    /// Computes the priors of the given labels of a vote, or of every label that one of its atlases has.
    public init(_ vote: AtlasVote, labels: [UInt16]? = nil, options: Options = Options()) {
        self.options = options
        stack = vote.lead.target.stack
        let table = vote.labels.map(\.id)
        let wanted = Set(labels ?? table)
        let grid = vote.lead.target.volume.grid
        // Neighbours compete for voxels, so intensities need every structure and not only the wanted ones.
        let needed = options.refinesByIntensity ? wanted.union(table) : wanted
        let (found, reached) = vote.warped(needed.sorted())
        let refined =
            options.refinesByIntensity ? IntensityRefinement(vote.lead, coverage: reached).refine(found) : [:]
        var priors: [UInt16: LabelPrior] = [:]
        for item in found where wanted.contains(item.label) {
            priors[item.label] = LabelPrior(refined[item.label] ?? item, grid: grid)
        }
        self.priors = priors
        refinedLabels = Set(refined.keys)
        coverage = vote.coverage
    }

    /// The boxes of one label, in every slice where the prior is large enough and the atlas can speak.
    public func boxes(of label: UInt16) -> SegmentBoxes { boxes(of: label) { _, _ in () }.boxes }

    /// The boxes of one label, and what `keep` makes of its prior in each slice that has one: rows × columns bytes 0 and 1,
    /// row-major. `keep` is called from several threads.
    public func boxes<Kept: Sendable>(
        of label: UInt16,
        keep: @Sendable (_ slice: Int, _ mask: [UInt8]) -> Kept
    ) -> (boxes: SegmentBoxes, kept: [Int: Kept]) {
        let source: PriorSource = refinedLabels.contains(label) ? .intensity : .registration
        guard let prior = priors[label] else {
            return (SegmentBoxes(label: label, source: .registration, slices: []), [:])
        }
        let scale = Double(max(stack.rows, stack.columns)) / 256
        let found = concurrentMap(stack.planes.count) { slice -> (boxes: [SliceBox], kept: Kept)? in
            guard coverage[slice] != .outside, let mask = prior.mask(on: stack.planes[slice]) else { return nil }
            return (boxes(of: mask, slice: slice, scale: scale), keep(slice, mask))
        }
        let kept = found.enumerated().compactMap { slice, found in found.map { (slice, $0.kept) } }
        return (
            SegmentBoxes(label: label, source: source, slices: found.flatMap { $0?.boxes ?? [] }),
            Dictionary(uniqueKeysWithValues: kept)
        )
    }

    /// The boxes of a slice, the largest part first.
    private func boxes(of mask: [UInt8], slice: Int, scale: Double) -> [SliceBox] {
        guard options.maximumBoxes > 1 else { return box(of: mask, slice: slice, scale: scale).map { [$0] } ?? [] }
        let size = GridSize(x: stack.columns, y: stack.rows, z: 1)
        var rest = mask
        var boxes: [SliceBox] = []
        while boxes.count < options.maximumBoxes {
            let part = largestComponent(rest, size: size)
            // Smaller parts are too small as well.
            guard let box = box(of: part, slice: slice, scale: scale) else { break }
            boxes.append(box)
            for pixel in part.indices where part[pixel] != 0 { rest[pixel] = 0 }
        }
        return boxes
    }

    /// `scale` is the longest side of the frame over 256 pixels.
    private func box(of mask: [UInt8], slice: Int, scale: Double) -> SliceBox? {
        let plane = stack.planes[slice]
        guard let tight = PixelBox(of: mask, columns: plane.columns, rows: plane.rows) else { return nil }
        let area = mask.reduce(0) { $0 + Int($1) }
        let core = PriorCore(mask, in: tight, columns: plane.columns, radius: options.tongue * scale).box
        guard Double(area) >= options.minimumArea * scale * scale,
            let box = options.margins.grown(core, scale: scale).clipped(columns: plane.columns, rows: plane.rows)
        else { return nil }
        return SliceBox(slice: slice, box: box, tight: tight, area: area, coverage: coverage[slice])
    }

    /// The prior of a label in a slice at the source's resolution: rows × columns bytes 0 and 1, row-major.
    ///
    /// `nil` where the prior is empty or the atlas does not cover the slice.
    public func priorMask(of label: UInt16, slice: Int) -> [UInt8]? {
        guard coverage[slice] != .outside, let prior = priors[label] else { return nil }
        return prior.mask(on: stack.planes[slice])
    }
}
