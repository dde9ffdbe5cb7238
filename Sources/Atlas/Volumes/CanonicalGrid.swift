import Geometry

/// A grid along the patient's own axes: x to the left, y to the back, z to the head (LPS), in millimetres.
public struct CanonicalGrid: Sendable, Hashable {
    /// Voxels along x, y and z.
    public let size: GridSize
    /// The centre of voxel (0, 0, 0).
    public let origin: Vector3
    /// Distances between voxel centres.
    public let spacing: Vector3

    /// Voxels along x, y and z.
    public init(size: GridSize, origin: Vector3, spacing: Vector3) {
        precondition(spacing.x > 0 && spacing.y > 0 && spacing.z > 0, "steps are positive")
        self.size = size
        self.origin = origin
        self.spacing = spacing
    }

    /// The grid with cubic voxels of this edge in the middle of a box; one voxel at least along each axis.
    init(from low: Vector3, to high: Vector3, spacing: Double) {
        func steps(_ extent: Double) -> Int { max(1, Int((extent / spacing + 1e-6).rounded(.down))) }
        let extent = high - low
        size = GridSize(x: steps(extent.x), y: steps(extent.y), z: steps(extent.z))
        let last = Vector3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1)) * spacing
        origin = (low + high - last) * 0.5
        self.spacing = Vector3(spacing, spacing, spacing)
    }

    /// The patient point of a voxel centre.
    public func point(_ x: Int, _ y: Int, _ z: Int) -> Vector3 {
        Vector3(
            origin.x + Double(x) * spacing.x,
            origin.y + Double(y) * spacing.y,
            origin.z + Double(z) * spacing.z
        )
    }

    /// The fractional voxel index of a patient point.
    func index(of point: Vector3) -> Vector3 {
        let offset = point - origin
        return Vector3(offset.x / spacing.x, offset.y / spacing.y, offset.z / spacing.z)
    }

    /// Index → LPS.
    var affine: Affine3D {
        Affine3D(
            xColumn: Vector3(spacing.x, 0, 0),
            yColumn: Vector3(0, spacing.y, 0),
            zColumn: Vector3(0, 0, spacing.z),
            translation: origin
        )
    }

    /// Millimetres from the outer face of the first plane to the outer face of the last.
    var height: Double { Double(size.z) * spacing.z }

    /// The same region with voxels of about another edge length.
    func resampled(to edge: Double) -> CanonicalGrid {
        let low = origin - spacing * 0.5
        let extent = Vector3(Double(size.x) * spacing.x, Double(size.y) * spacing.y, Double(size.z) * spacing.z)
        func count(_ length: Double) -> Int { max(1, Int((length / edge).rounded())) }
        let size = GridSize(x: count(extent.x), y: count(extent.y), z: count(extent.z))
        let spacing = Vector3(extent.x / Double(size.x), extent.y / Double(size.y), extent.z / Double(size.z))
        return CanonicalGrid(size: size, origin: low + spacing * 0.5, spacing: spacing)
    }
}
