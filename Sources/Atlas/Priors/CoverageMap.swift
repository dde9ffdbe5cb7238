import Geometry

/// Which source slices the atlas covers.
struct CoverageMap {
    let slices: [SliceCoverage]

    /// Within this many millimetres of the atlas's first and last plane a structure may be cut off.
    static let endMargin = 10.0

    init(_ alignment: AtlasAlignment) {
        let atlasGrid = alignment.atlas.canonical.grid
        let low = atlasGrid.origin.z - atlasGrid.spacing.z / 2
        let high = low + atlasGrid.height
        let body = alignment.targetBody
        slices = alignment.target.stack.planes.map { plane in
            let heights = Self.trunkPoints(of: plane, body: body).map { alignment.map($0).z }
            // Without a trunk in the slice there is nothing that the atlas could speak for.
            guard !heights.isEmpty else { return .outside }
            let inside = heights.filter { $0 >= low && $0 <= high }
            guard 2 * inside.count >= heights.count else { return .outside }
            let near = inside.filter { $0 < low + Self.endMargin || $0 > high - Self.endMargin }
            return 2 * near.count > inside.count ? .nearAtlasEnd : .covered
        }
    }

    /// Points of a plane in the trunk, from a lattice of 24 × 24.
    private static func trunkPoints(of plane: PlaneGeometry, body: BodyMask) -> [Vector3] {
        let size = body.grid.size
        var points: [Vector3] = []
        for row in 0..<24 {
            for column in 0..<24 {
                let point = plane.patientPoint(
                    column: (Double(column) + 0.5) / 24 * Double(plane.columns),
                    row: (Double(row) + 0.5) / 24 * Double(plane.rows)
                )
                let index = body.grid.index(of: point)
                // The grid is centred in the stack, so an outer slice may lie a little beyond its outer planes.
                guard index.x > -1, index.y > -1, index.z > -1, index.x < Double(size.x), index.y < Double(size.y),
                    index.z < Double(size.z)
                else { continue }
                let x = min(max(Int(index.x.rounded()), 0), size.x - 1)
                let y = min(max(Int(index.y.rounded()), 0), size.y - 1)
                let z = min(max(Int(index.z.rounded()), 0), size.z - 1)
                if body.values[(z * size.y + y) * size.x + x] != 0 { points.append(point) }
            }
        }
        return points
    }
}
