import Geometry

/// What fine registration compares, voxel by voxel: several pictures of one volume on its own grid.
struct MatchingChannels {
    let grid: CanonicalGrid
    /// Each from 0 to about 1, x fastest.
    let channels: [[Float]]

    /// Weight of the descriptor's six channels beside those of edges and trunk: edges find the place,
    /// descriptors the boundary.
    static let descriptorWeight: Float = 0.3

    /// Smooths each channel by `sigma` millimetres, so that a coarser grid can sample it.
    init(_ volume: CanonicalVolume, body: BodyMask, features: LevelFeatures, sigma: Double) {
        let pictures: [[Float]]
        let trunk = body.values.map { Float($0) }
        switch features {
        case .hounsfield:
            pictures = [
                zip(volume.values, body.values).map { $1 == 0 ? 0 : unit(($0 + 150) / 400) },
                zip(volume.values, body.values).map { $1 == 0 ? 0 : unit(($0 - 150) / 250) },
                zip(volume.values, body.values).map { $1 == 0 || $0 >= -300 ? 0 : 1 },
                trunk,
            ]
        case .edges:
            let described = NeighbourhoodDescriptor(volume).channels.map { channel -> [Float] in
                zip(channel, body.values).map { $1 == 0 ? 0 : Self.descriptorWeight * $0 }
            }
            pictures = features.channels(of: volume, body: body) + described + [trunk]
        }
        self.init(grid: volume.grid, pictures: pictures, sigma: sigma)
    }

    /// Any pictures on a grid, smoothed by `sigma` millimetres.
    init(grid: CanonicalGrid, pictures: [[Float]], sigma: Double) {
        self.grid = grid
        let spacing = grid.spacing
        channels = pictures.map {
            GaussianBlur.blurred($0, size: grid.size, sigma: (sigma / spacing.x, sigma / spacing.y, sigma / spacing.z))
        }
    }

    /// These pictures and those of another set on the same grid.
    func joined(_ others: MatchingChannels) -> MatchingChannels {
        MatchingChannels(grid: grid, channels: channels + others.channels)
    }

    private init(grid: CanonicalGrid, channels: [[Float]]) {
        self.grid = grid
        self.channels = channels
    }

    /// The channels on another grid.
    func sampled(on other: CanonicalGrid) -> [[Float]] {
        channels.map { channel in
            channel.withUnsafeBufferPointer { source in
                makePlanes(other.size.z, of: other.size.x * other.size.y) { z, output in
                    for y in 0..<other.size.y {
                        for x in 0..<other.size.x {
                            let index = grid.index(of: other.point(x, y, z))
                            output[y * other.size.x + x] = trilinear(source, grid.size, index)
                        }
                    }
                }
            }
        }
    }
}
