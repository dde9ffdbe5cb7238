import Geometry

/// Sharpens warped labels by the target's own intensities: expectation maximisation on a leash.
///
/// Each label's prior is blurred, which lets it move by about 8 mm and no further (the leash); class histograms and
/// posteriors are then estimated in turn. Labels whose result grew, shrank or ran along the leash are given back as they
/// were (the guard): without these two, posteriors leak into neighbours of the same intensity.
struct IntensityRefinement {
    static let iterations = 4
    /// Blur of the warped labels in millimetres.
    static let leash = (inPlane: 8.0, across: 6.0)
    /// Blurred priors below this are 0.
    static let leashEnd: Float = 0.15
    /// Blur of the posterior in millimetres, and its share in the next prior.
    static let neighbourhood = 3.0
    static let neighbourhoodShare: Float = 0.4
    /// Allowed volume, refined over warped.
    static let volumeRatios = 0.6...1.7
    /// At most this share of a refined label may lie where the leash ends.
    static let leashShare = 0.06
    static let nearLeashEnd: Float = 0.2
    /// A label that fills more of the trunk than this stays as it is: what is left beside it is its own rim and says
    /// nothing of a background (a brain without skull).
    static let mostOfTrunk = 0.5

    private let grid: CanonicalGrid
    /// The histogram bin of each voxel, 255 outside the trunk.
    private let bins: [UInt8]
    private let coverage: [UInt8]
    private let trunkVoxels: Int

    init(_ alignment: AtlasAlignment, coverage: [UInt8]) {
        let volume = alignment.target.volume
        grid = volume.grid
        self.coverage = coverage
        trunkVoxels = alignment.targetBody.values.reduce(0) { $0 + Int($1) }
        let range = Self.range(volume, body: alignment.targetBody)
        let scale = Float(IntensityHistogram.binCount) / (range.upperBound - range.lowerBound)
        bins = zip(volume.values, alignment.targetBody.values).map { value, isBody in
            guard isBody != 0 else { return 255 }
            return UInt8(min(max((value - range.lowerBound) * scale, 0), Float(IntensityHistogram.binCount - 1)))
        }
    }

    /// Refines every label together; a label that fails the guard is missing in the result.
    func refine(_ labels: [WindowedLabel]) -> [UInt16: WindowedLabel] {
        var classes = concurrentMap(labels.count) { start(labels[$0]) }
        for _ in 0..<Self.iterations {
            let total = evidence(classes)
            classes = concurrentMap(classes.count) { update(classes[$0], evidence: total) }
        }
        let finals = concurrentMap(classes.count) { result(of: classes[$0]) }
        var refined: [UInt16: WindowedLabel] = [:]
        for (item, values) in zip(classes, finals) { refined[item.label] = values }
        return refined
    }

    /// One structure while it is being estimated, on its own part of the grid.
    struct Structure {
        let label: UInt16
        let window: GridWindow
        /// The warped label, and the same blurred and cut.
        let warped: [Float]
        let leashed: [Float]
        var prior: [Float]
        var posterior: [Float]
        var histogram: IntensityHistogram
    }

    private func start(_ label: WindowedLabel) -> Structure {
        let sigma = (
            x: Self.leash.inPlane / grid.spacing.x, y: Self.leash.inPlane / grid.spacing.y,
            z: Self.leash.across / grid.spacing.z
        )
        let reach = (x: Int(2 * sigma.x) + 1, y: Int(2 * sigma.y) + 1, z: Int(2 * sigma.z) + 1)
        let window = label.window.grown(by: reach)
        let warped = window.values(label.values, of: label.window)
        let inBody = window.crop(bins)
        let isCovered = window.crop(coverage)
        let isPossible = zip(isCovered, inBody).map { Float($0 != 0 && $1 != 255 ? 1 : 0) }
        let possible = GaussianBlur.blurred(isPossible, size: window.size, sigma: sigma)
        let inside = zip(warped, isPossible).map { $0 * $1 }
        // Where the atlas or the trunk ends the blur sees nothing beyond: dividing by the share that can be seen makes
        // up for it.
        let blurred = zip(GaussianBlur.blurred(inside, size: window.size, sigma: sigma), possible).map { value, share in
            share > 0.05 ? value / share : 0
        }
        var leashed = blurred
        for index in leashed.indices
        where leashed[index] < Self.leashEnd || inBody[index] == 255 || isCovered[index] == 0 { leashed[index] = 0 }
        let core = warped.map { $0 > 0.5 ? $0 : 0 }
        return Structure(
            label: label.label,
            window: window,
            warped: warped,
            leashed: leashed,
            prior: leashed,
            posterior: core,
            histogram: histogram(of: core, window: window)
        )
    }

    private func histogram(of weights: [Float], window: GridWindow) -> IntensityHistogram {
        var counts = [Double](repeating: 0, count: IntensityHistogram.binCount)
        for (weight, bin) in zip(weights, window.crop(bins)) where bin != 255 { counts[Int(bin)] += Double(weight) }
        return IntensityHistogram(weights: counts, isTrimmed: true)
    }

    /// For each voxel the sum of prior × likelihood over all structures and the background.
    private func evidence(_ classes: [Structure]) -> [Float] {
        let size = grid.size
        let plane = size.x * size.y
        let share: [Float] = makePlanes(size.z, of: plane) { z, output in
            output.initialize(repeating: 0)
            for item in classes { item.window.forEach(inPlane: z) { whole, part in output[whole] += item.prior[part] } }
        }
        let rest = share.map { max(0.05, 1 - $0) }
        var counts = [Double](repeating: 0, count: IntensityHistogram.binCount)
        for (weight, bin) in zip(rest, bins) where bin != 255 { counts[Int(bin)] += Double(weight) }
        let background = IntensityHistogram(weights: counts, isTrimmed: false).probabilities
        return makePlanes(size.z, of: plane) { z, output in
            for offset in 0..<plane {
                let bin = bins[z * plane + offset]
                output[offset] = bin == 255 ? 1 : rest[z * plane + offset] * background[Int(bin)]
            }
            for item in classes {
                item.window.forEach(inPlane: z) { whole, part in
                    let bin = bins[z * plane + whole]
                    if bin != 255 { output[whole] += item.prior[part] * item.histogram.probabilities[Int(bin)] }
                }
            }
        }
    }

    private func update(_ item: Structure, evidence: [Float]) -> Structure {
        var item = item
        let total = item.window.crop(evidence)
        for (index, bin) in item.window.crop(bins).enumerated() {
            let likelihood = bin == 255 ? 0 : item.histogram.probabilities[Int(bin)]
            item.posterior[index] = item.prior[index] * likelihood / total[index]
        }
        item.histogram = histogram(of: item.posterior, window: item.window)
        let sigma = (
            x: Self.neighbourhood / grid.spacing.x, y: Self.neighbourhood / grid.spacing.y,
            z: Self.neighbourhood / grid.spacing.z
        )
        let smooth = GaussianBlur.blurred(item.posterior, size: item.window.size, sigma: sigma)
        for index in item.prior.indices {
            // Outside the leash nothing comes back.
            item.prior[index] =
                item.leashed[index] == 0
                ? 0 : (1 - Self.neighbourhoodShare) * item.leashed[index] + Self.neighbourhoodShare * smooth[index]
        }
        return item
    }

    /// The largest part of the posterior, or `nil` where the guard refuses it.
    private func result(of item: Structure) -> WindowedLabel? {
        let smooth = item.posterior
        let mask = largestComponent(smooth.map { $0 > 0.5 ? 1 : 0 }, size: item.window.size)
        let volume = mask.reduce(0) { $0 + Int($1) }
        let before = zip(item.warped, item.window.crop(bins)).reduce(0) { $0 + ($1.0 > 0.5 && $1.1 != 255 ? 1 : 0) }
        guard Double(before) <= Self.mostOfTrunk * Double(trunkVoxels) else { return nil }
        guard before > 0, Self.volumeRatios.contains(Double(volume) / Double(before)) else { return nil }
        let atLeash = zip(mask, item.leashed).reduce(0) { $0 + ($1.0 != 0 && $1.1 < Self.nearLeashEnd ? 1 : 0) }
        guard Double(atLeash) < Self.leashShare * Double(volume) else { return nil }
        // Values around the kept part stay as they are, so that the surface lies between voxels where it should.
        let kept = GaussianBlur.blurred(mask.map { Float($0) }, size: item.window.size, sigma: (0.7, 0.7, 0.7))
        let values = zip(smooth, kept).map { $1 > 0.02 ? $0 : min($0, 0.5) }
        return WindowedLabel(label: item.label, window: item.window, values: values)
    }

    /// The intensities that bins are spread over: CT −200 to 400 HU, else the middle 98 % in the trunk.
    private static func range(_ volume: CanonicalVolume, body: BodyMask) -> ClosedRange<Float> {
        switch volume.modality {
        case .ct: return -200...400
        case .mr:
            let sorted = zip(volume.values, body.values).filter { $0.1 != 0 }.map(\.0).sorted()
            guard let first = sorted.first, let last = sorted.last, last > first else { return 0...1 }
            let low = sorted[sorted.count / 100]
            let high = sorted[sorted.count * 99 / 100]
            return low < high ? low...high : first...last
        }
    }
}
