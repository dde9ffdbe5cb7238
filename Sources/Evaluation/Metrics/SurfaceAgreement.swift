import DICOMSegmentation

/// How far the surfaces of two masks are apart, in the patient.
///
/// A surface is the voxels of a mask that share a face with the outside, weighted by the area of those faces; distances
/// are between voxel centres, in mm, exact. Two empty masks agree perfectly; against an empty mask nothing agrees and
/// there is no distance.
public struct SurfaceAgreement: Sendable, Hashable, Codable {
    /// The share of both surfaces that lies within the tolerance of the other, 0…1 (Nikolov et al., Clinically
    /// Applicable Segmentation of Head and Neck Anatomy, 2021).
    public var surfaceDice: Double
    /// The 95th percentile of the distances from one surface to the other, the larger of both ways, in mm; `nil` where
    /// one mask alone is empty.
    public var hausdorff95: Double?
    /// The mean of the distances from each surface to the other, both ways together, in mm; `nil` as above.
    public var meanDistance: Double?
    /// mm within which surfaces agree.
    public var tolerance: Double

    /// Compares two masks on a grid; `nil` where the grid has no right angles, see ``VoxelGrid/isOrthogonal``.
    public init?(_ first: SegmentMask, _ second: SegmentMask, grid: VoxelGrid, tolerance: Double) {
        guard grid.isOrthogonal else { return nil }
        self.tolerance = tolerance
        guard !first.isEmpty, !second.isEmpty, let region = GridRegion([first, second], grid: grid) else {
            let isEqual = first.isEmpty && second.isEmpty
            surfaceDice = isEqual ? 1 : 0
            hausdorff95 = isEqual ? 0 : nil
            meanDistance = isEqual ? 0 : nil
            return
        }
        let surfaces = [first, second].map { mask in
            MaskSurface(region.bytes(of: mask, width: grid.columns), in: region, grid: grid)
        }
        let transform = DistanceTransform(
            x: region.columns.map { Double($0) * grid.columnSpacing },
            y: region.rows.map { Double($0) * grid.rowSpacing },
            z: region.slices.map { grid.offsets[$0] }
        )
        let ways = [(0, 1), (1, 0)].map { from, to in
            Self.distances(from: surfaces[from], to: surfaces[to], transform)
        }
        let all = ways[0] + ways[1]
        let area = all.reduce(0) { $0 + $1.area }
        // Positions are rounded decimals: a distance that is the tolerance by construction must not fall beside it.
        let near = all.reduce(0) { $0 + ($1.distance <= tolerance + 1e-9 ? $1.area : 0) }
        surfaceDice = near / area
        hausdorff95 = max(Self.percentile95(ways[0]), Self.percentile95(ways[1]))
        meanDistance = all.reduce(0) { $0 + $1.distance * $1.area } / area
    }

    private typealias Element = (distance: Double, area: Double)

    private static func distances(
        from: MaskSurface,
        to: MaskSurface,
        _ transform: DistanceTransform
    ) -> [Element] {
        let squares = transform.squaredDistances(to: to.voxels)
        return zip(from.voxels, from.areas).map { (squares[$0].squareRoot(), $1) }
    }

    /// The smallest distance within which 95 % of the area lies.
    private static func percentile95(_ elements: [Element]) -> Double {
        let sorted = elements.sorted { $0.distance < $1.distance }
        let wanted = 0.95 * sorted.reduce(0) { $0 + $1.area }
        var area = 0.0
        for element in sorted {
            area += element.area
            // The sum of all areas is not the same in another order.
            if area >= wanted * (1 - 1e-12) { return element.distance }
        }
        return sorted.last?.distance ?? 0
    }
}
