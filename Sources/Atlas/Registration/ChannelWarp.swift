import Geometry

/// Samples an atlas's channels at moved places of a target's grid.
struct ChannelWarp {
    let moving: MatchingChannels
    let grid: CanonicalGrid

    /// Channels of the atlas for each voxel of the grid, x fastest; NaN above and below the atlas, where nothing is known.
    ///
    /// `place` gives the fractional atlas voxel for a voxel of the grid (its number and its patient point).
    func channels(_ place: (_ voxel: Int, _ point: Vector3) -> Vector3) -> [[Float]] {
        let size = moving.grid.size
        let last = Double(size.z) - 0.5
        let plane = grid.size.x * grid.size.y
        let places: [SIMD3<Double>] = makePlanes(grid.size.z, of: plane) { z, output in
            for y in 0..<grid.size.y {
                for x in 0..<grid.size.x {
                    let offset = y * grid.size.x + x
                    let index = place(z * plane + offset, grid.point(x, y, z))
                    output[offset] = SIMD3(index.x, index.y, index.z)
                }
            }
        }
        return moving.channels.map { channel in
            channel.withUnsafeBufferPointer { source in
                places.withUnsafeBufferPointer { places in
                    makePlanes(grid.size.z, of: plane) { z, output in
                        for offset in 0..<plane {
                            let index = places[z * plane + offset]
                            // In x and y the volume ends in air, which is as good as more air.
                            let isCovered = index.z >= -0.5 && index.z <= last
                            output[offset] =
                                isCovered ? trilinear(source, size, Vector3(index.x, index.y, index.z)) : .nan
                        }
                    }
                }
            }
        }
    }
}
