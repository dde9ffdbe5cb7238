import Geometry

/// Refines an affine map by least squares: Gauss-Newton with Levenberg's damping on the matching channels.
///
/// Six degrees of freedom (scale and shift), then twelve, at 12 mm and then at 6 mm. A ridge draws the result to the
/// start, ten times as hard for what moves a slab along the body: a slab's planes look alike, and without this the
/// fit drifts along z. The result stands only where it lowers the cost without losing overlap; else the start does.
struct AffineRegistration {
    /// Weight of the ridge per parameter, for shifts in units of 100 mm.
    static let ridge = 0.06
    /// Slabs below this height are locked in z.
    static let slabHeight = 100.0
    static let slabLock = 10.0
    static let stepsPerStage = 8
    /// The least share of the overlap that a step must keep.
    static let keptOverlap = 0.85
    /// The cost must fall by this share, or the start stays.
    static let neededGain = 0.02

    let target: CanonicalVolume
    let targetBody: BodyMask
    let atlas: Atlas
    let features: LevelFeatures
    /// The part of the atlas that is compared; `nil` for its trunk.
    var atlasBody: BodyMask?
    /// How the target's intensities are compared with the atlas's beside the features; `nil` for not at all.
    var transfer: IntensityTransfer?

    /// The refined map, or `nil` where the start is as good.
    func refine(_ start: Affine3D) -> Affine3D? {
        let isSlab = target.grid.height < Self.slabHeight
        var fit = AffineFit(centre: centre, lock: isSlab ? Self.slabLock : 1)
        var gain = 0.0
        for edge in [12.0, 6.0] {
            let problem = problem(edge: edge, start: start)
            for freedom in [AffineFit.scaleAndShift, AffineFit.all] {
                fit = descend(fit, freedom, problem)
            }
            let before = problem.evaluate(AffineFit(centre: centre, lock: fit.lock))
            let after = problem.evaluate(fit)
            guard after.overlap >= Self.keptOverlap * before.overlap else { return nil }
            gain = (before.cost - after.cost) / max(before.cost, 1e-12)
        }
        return gain >= Self.neededGain ? start.after(fit.map) : nil
    }

    private var centre: Vector3 {
        let grid = target.grid
        return grid.origin
            + Vector3(
                Double(grid.size.x - 1) * grid.spacing.x,
                Double(grid.size.y - 1) * grid.spacing.y,
                Double(grid.size.z - 1) * grid.spacing.z
            ) * 0.5
    }

    private func problem(edge: Double, start: Affine3D) -> AffineProblem {
        let grid = target.grid.resampled(to: edge)
        let smoothing = edge / 2
        let trunk = atlasBody ?? atlas.body
        var fixed = MatchingChannels(target, body: targetBody, features: features, sigma: smoothing)
        var moving = MatchingChannels(atlas.canonical, body: trunk, features: features, sigma: smoothing)
        if let transfer {
            let pictures = transfer.pictures(target, targetBody, atlas.canonical, trunk)
            fixed = fixed.joined(MatchingChannels(grid: target.grid, pictures: [pictures.target], sigma: smoothing))
            moving = moving.joined(MatchingChannels(grid: moving.grid, pictures: [pictures.atlas], sigma: smoothing))
        }
        return AffineProblem(
            fixed: fixed.sampled(on: grid),
            warp: ChannelWarp(moving: moving, grid: grid),
            start: invertible(moving.grid.affine).after(start)
        )
    }

    private func descend(_ start: AffineFit, _ freedom: [Int], _ problem: AffineProblem) -> AffineFit {
        var fit = start
        var current = problem.evaluate(fit)
        var damping = 1e-3
        for _ in 0..<Self.stepsPerStage {
            guard let step = current.step(freedom, from: fit, damping: damping) else { return fit }
            let trial = fit.adding(step)
            let next = problem.evaluate(trial)
            let isBetter =
                next.objective(trial) < current.objective(fit) && next.overlap >= Self.keptOverlap * current.overlap
            if isBetter {
                fit = trial
                current = next
                damping = max(damping / 3, 1e-6)
            } else {
                damping *= 10
                if damping > 10 { return fit }
            }
        }
        return fit
    }
}
