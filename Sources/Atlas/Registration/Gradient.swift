import Geometry

/// Central differences per millimetre; one-sided at the borders, 0 along an axis with one voxel.
struct Gradient {
    /// For each voxel its differences along x, y and z: three numbers, x fastest.
    let values: [Float]

    init(_ values: [Float], grid: CanonicalGrid) {
        let size = grid.size
        let plane = size.x * size.y
        self.values = values.withUnsafeBufferPointer { source in
            makePlanes(size.z, of: 3 * plane) { z, output in
                let back = z > 0 ? plane : 0
                let ahead = z + 1 < size.z ? plane : 0
                let zScale = Self.scale(back, ahead, plane, grid.spacing.z)
                for y in 0..<size.y {
                    let up = y > 0 ? size.x : 0
                    let down = y + 1 < size.y ? size.x : 0
                    let yScale = Self.scale(up, down, size.x, grid.spacing.y)
                    for x in 0..<size.x {
                        let left = x > 0 ? 1 : 0
                        let right = x + 1 < size.x ? 1 : 0
                        let xScale = Self.scale(left, right, 1, grid.spacing.x)
                        let index = z * plane + y * size.x + x
                        let place = 3 * (y * size.x + x)
                        output[place] = (source[index + right] - source[index - left]) * xScale
                        output[place + 1] = (source[index + down] - source[index - up]) * yScale
                        output[place + 2] = (source[index + ahead] - source[index - back]) * zScale
                    }
                }
            }
        }
    }

    /// One over the distance between the two voxels that are compared; 0 where they are the same.
    @inline(__always)
    private static func scale(_ before: Int, _ after: Int, _ stride: Int, _ step: Double) -> Float {
        let steps = (before + after) / stride
        return steps == 0 ? 0 : 1 / Float(Double(steps) * step)
    }
}
