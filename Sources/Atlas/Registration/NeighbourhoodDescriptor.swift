import Foundation
import Geometry

/// The modality independent neighbourhood descriptor: how much each voxel's surroundings resemble those of its six
/// neighbours, relative to the local noise.
///
/// Heinrich et al., Medical Image Analysis 2012. It compares structure and not intensity, so CT and MR have it alike.
struct NeighbourhoodDescriptor {
    /// How far neighbours lie, in voxels.
    static let reach = 2
    /// Sigma of the patches, in voxels.
    static let patch = 1.0

    /// One volume for each of the neighbours at −x, +x, −y, +y, −z, +z; values from 0 to 1.
    let channels: [[Float]]

    init(_ volume: CanonicalVolume) {
        let size = volume.grid.size
        // In CT only soft tissue has a counterpart in MR; air and bone would outshine it.
        let values = volume.modality == .ct ? volume.values.map { min(max($0, -150), 250) } : volume.values
        let steps = [(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)]
        let sigma = (x: Self.patch, y: Self.patch, z: Self.patch)
        let distances = steps.map { step in
            GaussianBlur.blurred(Self.squaredDifference(values, size: size, step: step), size: size, sigma: sigma)
        }
        let plane = size.x * size.y
        let count = Float(distances.count)
        let variance: [Float] = makePlanes(size.z, of: plane) { z, output in
            for offset in 0..<plane {
                output[offset] = distances.reduce(0) { $0 + $1[z * plane + offset] } / count
            }
        }
        // Flat places would be all noise: the variance is held near its mean, as the authors do.
        let mean = variance.reduce(0, +) / Float(max(variance.count, 1))
        let floor = max(1e-3 * mean, 1e-6)
        channels = distances.map { distance in
            makePlanes(size.z, of: plane) { z, output in
                for offset in 0..<plane {
                    let index = z * plane + offset
                    output[offset] = exp(-distance[index] / min(max(variance[index], floor), 1000 * mean + 1))
                }
            }
        }
    }

    private static func squaredDifference(_ values: [Float], size: GridSize, step: (Int, Int, Int)) -> [Float] {
        let plane = size.x * size.y
        return values.withUnsafeBufferPointer { source in
            makePlanes(size.z, of: plane) { z, output in
                let otherZ = min(max(z + reach * step.2, 0), size.z - 1)
                for y in 0..<size.y {
                    let otherRow = (otherZ * size.y + min(max(y + reach * step.1, 0), size.y - 1)) * size.x
                    let row = (z * size.y + y) * size.x
                    for x in 0..<size.x {
                        let other = source[otherRow + min(max(x + reach * step.0, 0), size.x - 1)]
                        let difference = source[row + x] - other
                        output[y * size.x + x] = difference * difference
                    }
                }
            }
        }
    }
}
