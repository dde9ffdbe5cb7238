import Foundation

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
                    add(source, from: start, times: weight, to: output, at: 0, count: plane)
                }
            }
        }
    }

    private static func alongPlanes(_ values: [Float], size: GridSize, x: [Float], y: [Float]) -> [Float] {
        guard x.count > 1 || y.count > 1 else { return values }
        let plane = size.x * size.y
        return values.withUnsafeBufferPointer { source in
            makePlanes(size.z, of: plane) { z, output in
                output.initialize(repeating: 0)
                withUnsafeTemporaryAllocation(of: Float.self, capacity: plane) { rows in
                    alongRows(UnsafeBufferPointer(rebasing: source[z * plane..<(z + 1) * plane]), size, x, rows)
                    let radius = y.count / 2
                    for row in 0..<size.y {
                        for (tap, weight) in y.enumerated() {
                            let start = min(max(row + tap - radius, 0), size.y - 1) * size.x
                            add(
                                UnsafeBufferPointer(rows),
                                from: start,
                                times: weight,
                                to: output,
                                at: row * size.x,
                                count: size.x
                            )
                        }
                    }
                }
            }
        }
    }

    private static func alongRows(
        _ plane: UnsafeBufferPointer<Float>,
        _ size: GridSize,
        _ weights: [Float],
        _ result: UnsafeMutableBufferPointer<Float>
    ) {
        let radius = weights.count / 2
        result.initialize(repeating: 0)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size.x + 2 * radius) { padded in
            for row in 0..<size.y {
                for index in padded.indices {
                    padded[index] = plane[row * size.x + min(max(index - radius, 0), size.x - 1)]
                }
                for (tap, weight) in weights.enumerated() {
                    add(
                        UnsafeBufferPointer(padded),
                        from: tap,
                        times: weight,
                        to: result,
                        at: row * size.x,
                        count: size.x
                    )
                }
            }
        }
    }

    /// Adds a run of values times a weight to another run. Offsets are taken off before the loop: with the sums that an
    /// index takes inside, and their checks, the loop is not vectorised.
    @inline(__always)
    private static func add(
        _ source: UnsafeBufferPointer<Float>,
        from start: Int,
        times weight: Float,
        to result: UnsafeMutableBufferPointer<Float>,
        at place: Int,
        count: Int
    ) {
        let from = UnsafeBufferPointer(rebasing: source[start..<start + count])
        let to = UnsafeMutableBufferPointer(rebasing: result[place..<place + count])
        for index in 0..<count { to[index] += weight * from[index] }
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
