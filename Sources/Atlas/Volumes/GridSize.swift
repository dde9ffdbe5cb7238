/// Voxels along the three axes of a volume; x varies fastest in memory.
public struct GridSize: Sendable, Hashable, Codable {
    /// Voxels along the axis that varies fastest.
    public let x: Int
    /// Voxels along the second axis.
    public let y: Int
    /// Voxels along the slowest axis.
    public let z: Int

    /// Voxels along the axis that varies fastest.
    public init(x: Int, y: Int, z: Int) {
        precondition(x > 0 && y > 0 && z > 0, "a volume has at least one voxel along each axis")
        self.x = x
        self.y = y
        self.z = z
    }

    /// All voxels.
    public var count: Int { x * y * z }

    /// Decodes a size; numbers that are not positive, or more than 2^28 voxels, are a decoding error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func length(_ key: CodingKeys) throws -> Int {
            let value = try container.decode(Int.self, forKey: key)
            guard (1...65535).contains(value) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not 1 to 65535")
            }
            return value
        }
        self.init(x: try length(.x), y: try length(.y), z: try length(.z))
        // Three lengths below 2^16 cannot overflow.
        guard count <= 1 << 28 else {
            throw DecodingError.dataCorruptedError(forKey: .z, in: container, debugDescription: "over 2^28 voxels")
        }
    }
}
