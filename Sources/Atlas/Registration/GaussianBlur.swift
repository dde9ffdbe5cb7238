import Foundation
import Geometry

/// Separable Gaussian smoothing; values beyond a border repeat the border's.
enum GaussianBlur {
    /// Smooths a volume; sigmas are in voxels along x, y and z, 0 leaves an axis as it is.
    static func blurred(_ values: [Float], size: GridSize, sigma: (x: Double, y: Double, z: Double)) -> [Float] {
        let inPlane = alongPlanes(values, size: size, x: kernel(sigma.x), y: kernel(sigma.y))
        let weights = kernel(sigma.z)
        guard weights.count > 1, size.z > 1 else { return inPlane }
        let plane = size.x * size.y
        let radius = weights.count / 2
        return inPlane.withUnsafeBufferPointer { source in
            makePlanes(size.z, of: plane) { z, output in
                output.initialize(repeating: 0)
                for (tap, weight) in weights.enumerated() {
                    let start = min(max(z + tap - radius, 0), size.z - 1) * plane
                    for index in 0..<plane { output[index] += weight * source[start + index] }
                }
            }
        }
    }

    private static func alongPlanes(_ values: [Float], size: GridSize, x: [Float], y: [Float]) -> [Float] {
        guard x.count > 1 || y.count > 1 else { return values }
        let plane = size.x * size.y
        return values.withUnsafeBufferPointer { source in
            makePlanes(size.z, of: plane) { z, output in
                let rows = alongRows(UnsafeBufferPointer(rebasing: source[z * plane..<(z + 1) * plane]), size, x)
                output.initialize(repeating: 0)
                let radius = y.count / 2
                for row in 0..<size.y {
                    for (tap, weight) in y.enumerated() {
                        let start = min(max(row + tap - radius, 0), size.y - 1) * size.x
                        for column in 0..<size.x { output[row * size.x + column] += weight * rows[start + column] }
                    }
                }
            }
        }
    }

    private static func alongRows(_ plane: UnsafeBufferPointer<Float>, _ size: GridSize, _ weights: [Float]) -> [Float] {
        let radius = weights.count / 2
        var result = [Float](repeating: 0, count: plane.count)
        var padded = [Float](repeating: 0, count: size.x + 2 * radius)
        for row in 0..<size.y {
            for index in padded.indices {
                padded[index] = plane[row * size.x + min(max(index - radius, 0), size.x - 1)]
            }
            for (tap, weight) in weights.enumerated() {
                for column in 0..<size.x { result[row * size.x + column] += weight * padded[column + tap] }
            }
        }
        return result
    }

    /// Weights out to three sigmas, with the sum 1.
    private static func kernel(_ sigma: Double) -> [Float] {
        guard sigma > 0.05 else { return [1] }
        let radius = max(1, Int((3 * sigma).rounded(.up)))
        let weights = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }
}

/// Central differences per millimetre; one-sided at the borders.
struct Gradient {
    let x: [Float]
    let y: [Float]
    let z: [Float]

    init(_ values: [Float], grid: CanonicalGrid) {
        let size = grid.size
        x = Self.difference(values, size, stride: 1, count: size.x, step: grid.spacing.x) { index in index % size.x }
        y = Self.difference(values, size, stride: size.x, count: size.y, step: grid.spacing.y) { index in
            index / size.x % size.y
        }
        z = Self.difference(values, size, stride: size.x * size.y, count: size.z, step: grid.spacing.z) { index in
            index / (size.x * size.y)
        }
    }

    private static func difference(
        _ values: [Float],
        _ size: GridSize,
        stride: Int,
        count: Int,
        step: Double,
        _ position: (Int) -> Int
    ) -> [Float] {
        guard count > 1 else { return [Float](repeating: 0, count: values.count) }
        let plane = size.x * size.y
        return values.withUnsafeBufferPointer { source in
            makePlanes(size.z, of: plane) { z, output in
                for offset in 0..<plane {
                    let index = z * plane + offset
                    let place = position(index)
                    let low = place > 0 ? index - stride : index
                    let high = place + 1 < count ? index + stride : index
                    let distance = Float(step) * (high - low == 2 * stride ? 2 : 1)
                    output[offset] = (source[high] - source[low]) / distance
                }
            }
        }
    }
}
