import Foundation
import Geometry

/// Lays a head atlas over a head that may be turned about each axis, with or without its skull.
///
/// A descent finds the nearest valley only, so it starts from many places: every combination of 0 and ±10° of pitch, roll
/// and yaw, and two ideas of what the series shows: the whole head, or the labelled part alone, as in scans whose skull
/// was removed. The cheapest starts are refined; the cheapest result stands.
struct HeadRegistration {
    /// What a start supposes that the target's bright part is.
    enum Content: CaseIterable {
        case head
        /// With a brain's coverings, which its labels may leave out.
        case labelledPartAndMargin
        case labelledPart
    }

    /// A result and how well it fits.
    struct Fit {
        let affine: Affine3D
        let cost: Double
        /// The atlas's part that the target was compared with.
        let atlasBody: BodyMask
        /// Dice of the target's mask and the atlas's at the mapped places.
        let overlap: Double
    }

    /// Degrees about each axis.
    static let angles = [-10.0, 0, 10]
    /// How many starts are refined.
    static let refinedStarts = 4
    /// Voxel edges of the descents, in millimetres.
    static let edges = [12.0, 6.0]
    /// The labelled part's margin in millimetres.
    static let labelMargin = 3.0

    let target: CanonicalVolume
    let targetBody: BodyMask
    let atlas: Atlas

    /// The best fit; `nil` where target or atlas show nothing.
    func fit() -> Fit? {
        let contents = Content.allCases.compactMap { body(of: $0) }
        var starts: [(cost: Double, affine: Affine3D, body: BodyMask)] = []
        for body in contents {
            guard let base = MaskExtent(targetBody), let other = MaskExtent(body) else { continue }
            let problem = problem(edge: Self.edges[0], body: body)
            for turn in Self.turns {
                let affine = base.map(onto: other, turnedBy: turn)
                starts.append((problem.evaluate(at: affine).cost, affine, body))
            }
        }
        // Equal costs keep their order, so that the result is the same in every run.
        let best = starts.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }
        let fits = best.prefix(Self.refinedStarts).map { refine($0.element.affine, body: $0.element.body) }
        return fits.min { $0.cost < $1.cost }.map(sharpened)
    }

    /// The rotations of the starts about x, y and z.
    private static var turns: [Affine3D] {
        angles.flatMap { pitch in
            angles.flatMap { roll in angles.map { yaw in rotation(pitch: pitch, roll: roll, yaw: yaw) } }
        }
    }

    /// A rotation by degrees about x (pitch), then y (roll), then z (yaw).
    static func rotation(pitch: Double, roll: Double, yaw: Double) -> Affine3D {
        func turn(_ degrees: Double, _ axis: Int) -> Affine3D {
            let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
            return switch axis {
            case 0:
                Affine3D(
                    xColumn: Vector3(1, 0, 0),
                    yColumn: Vector3(0, c, s),
                    zColumn: Vector3(0, -s, c),
                    translation: .zero
                )
            case 1:
                Affine3D(
                    xColumn: Vector3(c, 0, -s),
                    yColumn: Vector3(0, 1, 0),
                    zColumn: Vector3(s, 0, c),
                    translation: .zero
                )
            default:
                Affine3D(
                    xColumn: Vector3(c, s, 0),
                    yColumn: Vector3(-s, c, 0),
                    zColumn: Vector3(0, 0, 1),
                    translation: .zero
                )
            }
        }
        return turn(yaw, 2).after(turn(roll, 1)).after(turn(pitch, 0))
    }

    private func body(of content: Content) -> BodyMask? {
        switch content {
        case .head: BodyMask(atlas.canonical, opening: BodyMask.headOpeningRadius)
        case .labelledPartAndMargin: BodyMask(labelled: atlas, margin: Self.labelMargin)
        case .labelledPart: BodyMask(labelled: atlas, margin: 0)
        }
    }

    private struct Problem {
        let affineProblem: (Affine3D) -> AffineProblem

        func evaluate(at affine: Affine3D) -> AffineState {
            affineProblem(affine).evaluate(AffineFit(centre: .zero, lock: 1))
        }
    }

    private func problem(edge: Double, body: BodyMask) -> Problem {
        let grid = target.grid.resampled(to: edge)
        let fixed = MatchingChannels(target, body: targetBody, features: .edges, sigma: edge / 2).sampled(on: grid)
        let moving = MatchingChannels(atlas.canonical, body: body, features: .edges, sigma: edge / 2)
        let warp = ChannelWarp(moving: moving, grid: grid)
        let toIndex = invertible(moving.grid.affine)
        return Problem { AffineProblem(fixed: fixed, warp: warp, start: toIndex.after($0)) }
    }

    /// Goes on with intensities, which correspond once the head is in place.
    private func sharpened(_ fit: Fit) -> Fit {
        guard
            let transfer = IntensityTransfer(
                target: target,
                targetBody: targetBody,
                atlas: atlas.canonical,
                atlasBody: fit.atlasBody,
                map: SpatialMap(affine: fit.affine)
            )
        else { return fit }
        return refine(fit.affine, body: fit.atlasBody, transfer: transfer)
    }

    private func refine(_ start: Affine3D, body: BodyMask, transfer: IntensityTransfer? = nil) -> Fit {
        var registration = AffineRegistration(
            target: target,
            targetBody: targetBody,
            atlas: atlas,
            features: .edges,
            atlasBody: body
        )
        registration.transfer = transfer
        let affine = registration.refine(start) ?? start
        let cost = problem(edge: Self.edges[1], body: body).evaluate(at: affine).cost
        return Fit(affine: affine, cost: cost, atlasBody: body, overlap: overlap(affine, body))
    }

    /// Dice of the target's mask and the atlas's, over the target's grid.
    private func overlap(_ affine: Affine3D, _ body: BodyMask) -> Double {
        let grid = target.grid
        let size = body.grid.size
        let sums = concurrentMap(grid.size.z) { z -> (both: Int, all: Int) in
            var both = 0
            var all = 0
            for y in 0..<grid.size.y {
                for x in 0..<grid.size.x {
                    let isTarget = targetBody.values[(z * grid.size.y + y) * grid.size.x + x] != 0
                    let index = body.grid.index(of: affine(grid.point(x, y, z)))
                    let (i, j, k) = (Int(index.x.rounded()), Int(index.y.rounded()), Int(index.z.rounded()))
                    let isInside = (0..<size.x).contains(i) && (0..<size.y).contains(j) && (0..<size.z).contains(k)
                    let isAtlas = isInside && body.values[(k * size.y + j) * size.x + i] != 0
                    both += isTarget && isAtlas ? 1 : 0
                    all += (isTarget ? 1 : 0) + (isAtlas ? 1 : 0)
                }
            }
            return (both, all)
        }
        let all = sums.reduce(0) { $0 + $1.all }
        return all == 0 ? 0 : 2 * Double(sums.reduce(0) { $0 + $1.both }) / Double(all)
    }
}

/// Where a mask lies in the patient and how large it is, by its first and second moments.
struct MaskExtent {
    let centre: Vector3
    /// Standard deviation of the mask's voxels along x, y and z, in millimetres.
    let spread: Vector3

    /// `nil` for an empty mask, or one that is flat along an axis.
    init?(_ mask: BodyMask) {
        var sum = Vector3.zero
        var squares = Vector3.zero
        var count = 0.0
        let size = mask.grid.size
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x where mask.values[(z * size.y + y) * size.x + x] != 0 {
                    let point = mask.grid.point(x, y, z)
                    sum = sum + point
                    squares = squares + Vector3(point.x * point.x, point.y * point.y, point.z * point.z)
                    count += 1
                }
            }
        }
        guard count > 0 else { return nil }
        centre = sum * (1 / count)
        func deviation(_ square: Double, _ mean: Double) -> Double { max(0, square / count - mean * mean).squareRoot() }
        spread = Vector3(
            deviation(squares.x, centre.x),
            deviation(squares.y, centre.y),
            deviation(squares.z, centre.z)
        )
        guard spread.x > 1, spread.y > 1, spread.z > 1 else { return nil }
    }

    /// Centre on centre, turned, and scaled by the mean ratio of the spreads.
    func map(onto other: MaskExtent, turnedBy turn: Affine3D) -> Affine3D {
        let scale = pow(
            other.spread.x * other.spread.y * other.spread.z / (spread.x * spread.y * spread.z),
            1 / 3.0
        )
        return Affine3D(
            xColumn: turn.xColumn * scale,
            yColumn: turn.yColumn * scale,
            zColumn: turn.zColumn * scale,
            translation: other.centre - turn.direction(centre) * scale
        )
    }
}
