/// A 3×4 affine map p ↦ A·p + t between index space and patient space, or between two patient spaces (LPS, mm).
public struct Affine3D: Sendable, Hashable {
    /// What one step along each input axis adds: the columns of A.
    public var xColumn: Vector3
    /// What one step along the second axis adds.
    public var yColumn: Vector3
    /// What one step along the third axis adds.
    public var zColumn: Vector3
    /// The image of the origin.
    public var translation: Vector3

    /// A map from its columns and the image of the origin.
    public init(xColumn: Vector3, yColumn: Vector3, zColumn: Vector3, translation: Vector3) {
        self.xColumn = xColumn
        self.yColumn = yColumn
        self.zColumn = zColumn
        self.translation = translation
    }

    /// The map that leaves every point where it is.
    public static let identity = Affine3D(
        xColumn: Vector3(1, 0, 0),
        yColumn: Vector3(0, 1, 0),
        zColumn: Vector3(0, 0, 1),
        translation: .zero
    )

    /// Maps a point.
    public func callAsFunction(_ point: Vector3) -> Vector3 {
        xColumn * point.x + yColumn * point.y + zColumn * point.z + translation
    }

    /// Maps a direction: the translation is left out.
    public func direction(_ vector: Vector3) -> Vector3 {
        xColumn * vector.x + yColumn * vector.y + zColumn * vector.z
    }

    /// The volume that a unit cube is mapped to; negative when the map mirrors.
    public var determinant: Double { xColumn.dot(yColumn.cross(zColumn)) }

    /// First `first`, then this map.
    public func after(_ first: Affine3D) -> Affine3D {
        Affine3D(
            xColumn: direction(first.xColumn),
            yColumn: direction(first.yColumn),
            zColumn: direction(first.zColumn),
            translation: self(first.translation)
        )
    }

    /// The inverse map, or `nil` when the map flattens space.
    public var inverse: Affine3D? {
        let determinant = determinant
        guard determinant.isFinite, abs(determinant) > 1e-12 else { return nil }
        // Rows of the inverse are the cross products of the columns over the determinant.
        let r0 = yColumn.cross(zColumn) * (1 / determinant)
        let r1 = zColumn.cross(xColumn) * (1 / determinant)
        let r2 = xColumn.cross(yColumn) * (1 / determinant)
        let linear = Affine3D(
            xColumn: Vector3(r0.x, r1.x, r2.x),
            yColumn: Vector3(r0.y, r1.y, r2.y),
            zColumn: Vector3(r0.z, r1.z, r2.z),
            translation: .zero
        )
        return Affine3D(
            xColumn: linear.xColumn,
            yColumn: linear.yColumn,
            zColumn: linear.zColumn,
            translation: -linear.direction(translation)
        )
    }
}
