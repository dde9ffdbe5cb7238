import Geometry

/// Target patient points to atlas patient points (LPS, mm): a displacement in the target, then an affine map.
public struct SpatialMap: Sendable {
    /// Applied last.
    public let affine: Affine3D
    /// `nil` leaves points where they are before the affine map.
    public let displacement: DisplacementField?

    /// Applied last.
    public init(affine: Affine3D, displacement: DisplacementField? = nil) {
        self.affine = affine
        self.displacement = displacement
    }

    /// The atlas point for a target point.
    public func callAsFunction(_ point: Vector3) -> Vector3 {
        guard let displacement else { return affine(point) }
        return affine(point + displacement(point))
    }
}

/// Displacements in millimetres on a grid along the target patient's axes.
public struct DisplacementField: Sendable {
    /// Where the displacements are given.
    public let grid: CanonicalGrid
    /// x fastest, one array for each component.
    public var x: [Float]
    /// Towards the back.
    public var y: [Float]
    /// Towards the head.
    public var z: [Float]

    /// A field that moves nothing.
    public init(zeroOn grid: CanonicalGrid) {
        self.grid = grid
        x = [Float](repeating: 0, count: grid.size.count)
        y = x
        z = x
    }

    /// The displacement at a patient point; beyond the grid that of the nearest voxel.
    public func callAsFunction(_ point: Vector3) -> Vector3 {
        let index = grid.index(of: point)
        func component(_ values: [Float]) -> Double {
            values.withUnsafeBufferPointer { Double(trilinear($0, grid.size, index)) }
        }
        return Vector3(component(x), component(y), component(z))
    }

    /// The same field on another grid.
    public func resampled(to grid: CanonicalGrid) -> DisplacementField {
        let size = grid.size
        func component(_ values: [Float]) -> [Float] {
            values.withUnsafeBufferPointer { source in
                makePlanes(size.z, of: size.x * size.y) { z, output in
                    for y in 0..<size.y {
                        for x in 0..<size.x {
                            output[y * size.x + x] = trilinear(
                                source,
                                self.grid.size,
                                self.grid.index(of: grid.point(x, y, z))
                            )
                        }
                    }
                }
            }
        }
        var field = DisplacementField(zeroOn: grid)
        field.x = component(x)
        field.y = component(y)
        field.z = component(z)
        return field
    }
}
