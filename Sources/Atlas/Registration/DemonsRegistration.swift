import Foundation
import Geometry

/// A smooth displacement field that lays a target's tissue over the atlas's, after an affine start.
///
/// Multi-channel demons (Thirion, Medical Image Analysis 1998; symmetric forces after Vercauteren et al., NeuroImage
/// 2009): per voxel the step is Σ d·g ⁄ Σ (|g|² + d²⁄k²), the field is smoothed after each step.
struct DemonsRegistration {
    /// One resolution: voxel edge in millimetres and number of steps.
    struct Level {
        let edge: Double
        let steps: Int
    }

    static let levels = [Level(edge: 6, steps: 60), Level(edge: 4, steps: 80)]
    /// No voxel moves further than this in one step, in voxels.
    static let longestStep: Float = 0.5
    /// Smoothing of the field in voxels; a slab of few planes is smoothed less across them.
    static let sigma = (inPlane: 1.5, across: 2.0, acrossThinSlab: 1.2)
    /// How often at each resolution it is estimated anew what intensities of one modality mean in the other.
    static let transfers = 3
    static let thinSlabPlanes = 14
    /// Time goes with the voxels: a tall series is deformed on a coarser grid, as its organs are larger than a slab's
    /// parts of them.
    static let mostVoxels = 150_000.0

    let target: CanonicalVolume
    let targetBody: BodyMask
    let atlas: Atlas
    let features: LevelFeatures
    /// Target patient → atlas patient.
    let start: Affine3D
    /// The part of the atlas that is compared; `nil` for its trunk.
    var atlasBody: BodyMask?

    /// The displacement in the target, to be applied before ``start``.
    func field() -> DisplacementField {
        let region = regionOfInterest()
        var field: DisplacementField?
        for level in Self.levels {
            let edge = max(level.edge, Self.edge(of: region))
            let grid = region.resampled(to: edge)
            let initial = field?.resampled(to: grid) ?? DisplacementField(zeroOn: grid)
            field = refine(initial, steps: level.steps, smoothing: edge / 2)
        }
        return field ?? DisplacementField(zeroOn: region)
    }

    /// The edge at which a region has ``mostVoxels``.
    private static func edge(of region: CanonicalGrid) -> Double {
        let voxel = region.spacing.x * region.spacing.y * region.spacing.z
        return cbrt(Double(region.size.count) * voxel / mostVoxels)
    }

    /// The part of the target's grid around the trunk, with 18 mm of surroundings.
    private func regionOfInterest() -> CanonicalGrid {
        let grid = target.grid
        let boxes = targetBody.boxes.compactMap { $0 }
        func range(_ low: Double, _ high: Double, _ origin: Double, _ step: Double, _ count: Int) -> (Int, Int) {
            let first = min(max(0, Int(((low - 18 - origin) / step).rounded(.down))), count - 1)
            let last = min(max(first, Int(((high + 18 - origin) / step).rounded(.up))), count - 1)
            return (first, last)
        }
        let x = range(
            boxes.map(\.left).min() ?? grid.origin.x,
            boxes.map(\.right).max() ?? grid.origin.x,
            grid.origin.x,
            grid.spacing.x,
            grid.size.x
        )
        let y = range(
            boxes.map(\.front).min() ?? grid.origin.y,
            boxes.map(\.back).max() ?? grid.origin.y,
            grid.origin.y,
            grid.spacing.y,
            grid.size.y
        )
        return CanonicalGrid(
            size: GridSize(x: x.1 - x.0 + 1, y: y.1 - y.0 + 1, z: grid.size.z),
            origin: grid.point(x.0, y.0, 0),
            spacing: grid.spacing
        )
    }

    private func refine(_ initial: DisplacementField, steps: Int, smoothing: Double) -> DisplacementField {
        let grid = initial.grid
        let trunk = atlasBody ?? atlas.body
        let fixed = MatchingChannels(target, body: targetBody, features: features, sigma: smoothing).sampled(on: grid)
        let moving = MatchingChannels(atlas.canonical, body: trunk, features: features, sigma: smoothing)
        let rounds = features == .edges ? Self.transfers : 1
        var field = initial
        for _ in 0..<rounds {
            let extra = translated(under: field, on: grid, smoothing: smoothing)
            let forces = DemonsForces(
                fixed: fixed + (extra?.fixed ?? []),
                moving: extra.map { moving.joined($0.moving) } ?? moving,
                grid: grid,
                affine: start
            )
            field = advanced(field, steps: steps / rounds, forces: forces)
        }
        return field
    }

    /// Target and atlas in one modality, as the field lays them over one another; `nil` where they are of one.
    private func translated(
        under field: DisplacementField,
        on grid: CanonicalGrid,
        smoothing: Double
    ) -> (fixed: [[Float]], moving: MatchingChannels)? {
        let trunk = atlasBody ?? atlas.body
        guard features == .edges,
            let transfer = IntensityTransfer(
                target: target,
                targetBody: targetBody,
                atlas: atlas.canonical,
                atlasBody: trunk,
                map: SpatialMap(affine: start, displacement: field)
            )
        else { return nil }
        let pictures = transfer.pictures(target, targetBody, atlas.canonical, trunk)
        let fixed = MatchingChannels(grid: target.grid, pictures: [pictures.target], sigma: smoothing)
        let moving = MatchingChannels(grid: atlas.canonical.grid, pictures: [pictures.atlas], sigma: smoothing)
        return (fixed.sampled(on: grid), moving)
    }

    private func advanced(_ initial: DisplacementField, steps: Int, forces: DemonsForces) -> DisplacementField {
        let size = initial.grid.size
        let across = size.z < Self.thinSlabPlanes ? Self.sigma.acrossThinSlab : Self.sigma.across
        let sigma = (x: Self.sigma.inPlane, y: Self.sigma.inPlane, z: across)
        var field = initial
        for _ in 0..<steps {
            field = forces.advanced(field)
            field.x = GaussianBlur.blurred(field.x, size: size, sigma: sigma)
            field.y = GaussianBlur.blurred(field.y, size: size, sigma: sigma)
            field.z = GaussianBlur.blurred(field.z, size: size, sigma: sigma)
            keepOnAtlas(&field)
        }
        return field
    }

    /// Takes back what moves a place beyond the atlas's first or last plane that the start lays between them.
    ///
    /// Nothing pulls there, so without this the field can drift off the end of the atlas and lose the level.
    private func keepOnAtlas(_ field: inout DisplacementField) {
        let grid = field.grid
        let atlasGrid = atlas.canonical.grid
        let low = atlasGrid.origin.z
        let high = low + Double(atlasGrid.size.z - 1) * atlasGrid.spacing.z
        let plane = grid.size.x * grid.size.y
        // What a step along each axis adds to the height in the atlas.
        let slope = SIMD3(start.xColumn.z, start.yColumn.z, start.zColumn.z)
        let moved: [Float] = makePlanes(grid.size.z, of: plane) { z, output in
            for y in 0..<grid.size.y {
                let first = start(grid.point(0, y, z)).z
                for x in 0..<grid.size.x {
                    let voxel = z * plane + y * grid.size.x + x
                    let unmoved = first + Double(x) * grid.spacing.x * slope.x
                    let step = SIMD3(Double(field.x[voxel]), Double(field.y[voxel]), Double(field.z[voxel]))
                    let height = unmoved + (step * slope).sum()
                    let allowed = min(max(height, min(low, unmoved)), max(high, unmoved))
                    output[y * grid.size.x + x] = Float(step.z + (allowed - height) / slope.z)
                }
            }
        }
        field.z = moved
    }
}
