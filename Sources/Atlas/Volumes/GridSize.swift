/// Voxels along the three axes of a volume; x varies fastest in memory.
public struct GridSize: Sendable, Hashable, Codable {
    public let x: Int
    public let y: Int
    public let z: Int

    public init(x: Int, y: Int, z: Int) {
        precondition(x > 0 && y > 0 && z > 0, "a volume has at least one voxel along each axis")
        self.x = x
        self.y = y
        self.z = z
    }

    /// All voxels.
    public var count: Int { x * y * z }
}
