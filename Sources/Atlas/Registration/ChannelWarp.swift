import Geometry

/// Samples an atlas's channels at moved places of a target's grid.
struct ChannelWarp {
    let moving: MatchingChannels
    let grid: CanonicalGrid

    /// Channels of the atlas for each voxel of the grid, x fastest; NaN above and below the atlas, where nothing is known.
    ///
    /// `map` gives the fractional atlas voxel for a patient point of the grid, which `field`, on the same grid, moves first.
    func channels(_ map: Affine3D, moving field: DisplacementField? = nil) -> [[Float]] {
        func vector(_ v: Vector3) -> SIMD3<Double> { SIMD3(v.x, v.y, v.z) }
        let (a, b, c) = (vector(map.xColumn), vector(map.yColumn), vector(map.zColumn))
        let (size, spacing) = (grid.size, vector(grid.spacing))
        let origin = vector(map(grid.origin))
        return channels { plane, output in
            for y in 0..<size.y {
                let row = origin + b * (Double(y) * spacing.y) + c * (Double(plane) * spacing.z)
                for x in 0..<size.x { output[y * size.x + x] = row + a * (Double(x) * spacing.x) }
            }
            guard let field else { return }
            let start = plane * size.x * size.y
            field.x.withUnsafeBufferPointer { dx in
                field.y.withUnsafeBufferPointer { dy in
                    field.z.withUnsafeBufferPointer { dz in
                        for offset in 0..<size.x * size.y {
                            let voxel = start + offset
                            output[offset] += a * Double(dx[voxel]) + b * Double(dy[voxel]) + c * Double(dz[voxel])
                        }
                    }
                }
            }
        }
    }

    /// The same for places that any function of a patient point gives.
    func channels(at place: (_ point: Vector3) -> Vector3) -> [[Float]] {
        channels { plane, output in
            for y in 0..<grid.size.y {
                for x in 0..<grid.size.x {
                    let index = place(grid.point(x, y, plane))
                    output[y * grid.size.x + x] = SIMD3(index.x, index.y, index.z)
                }
            }
        }
    }

    /// `fill` writes the places of a plane.
    private func channels(
        _ fill: (_ plane: Int, _ places: UnsafeMutableBufferPointer<SIMD3<Double>>) -> Void
    ) -> [[Float]] {
        let size = moving.grid.size
        let plane = grid.size.x * grid.size.y
        let corners: [Corner] = makePlanes(grid.size.z, of: plane) { z, output in
            withUnsafeTemporaryAllocation(of: SIMD3<Double>.self, capacity: plane) { places in
                fill(z, places)
                for offset in 0..<plane { output[offset] = Corner(places[offset], size) }
            }
        }
        let steps = Corner.Steps(size)
        return moving.channels.map { channel in
            channel.withUnsafeBufferPointer { source in
                corners.withUnsafeBufferPointer { corners in
                    makePlanes(grid.size.z, of: plane) { z, output in
                        let part = UnsafeBufferPointer(rebasing: corners[z * plane..<(z + 1) * plane])
                        for offset in 0..<plane { output[offset] = part[offset].value(source, steps) }
                    }
                }
            }
        }
    }

    /// Where a place lies between eight voxels: it is the same for every channel.
    private struct Corner {
        /// How far the next voxel along each axis lies in memory.
        struct Steps {
            let x: Int
            let y: Int
            let z: Int

            init(_ size: GridSize) {
                x = size.x > 1 ? 1 : 0
                y = size.y > 1 ? size.x : 0
                z = size.z > 1 ? size.x * size.y : 0
            }
        }

        /// The first of the eight; −1 where the atlas does not reach.
        let base: Int32
        let fraction: (x: Float, y: Float, z: Float)

        @inline(__always)
        init(_ index: SIMD3<Double>, _ size: GridSize) {
            // In x and y the volume ends in air, which is as good as more air.
            guard index.z >= -0.5, index.z <= Double(size.z) - 0.5 else {
                base = -1
                fraction = (0, 0, 0)
                return
            }
            let x = min(max(index.x, 0), Double(size.x - 1))
            let y = min(max(index.y, 0), Double(size.y - 1))
            let z = min(max(index.z, 0), Double(size.z - 1))
            let x0 = min(Int(x), max(0, size.x - 2))
            let y0 = min(Int(y), max(0, size.y - 2))
            let z0 = min(Int(z), max(0, size.z - 2))
            base = Int32((z0 * size.y + y0) * size.x + x0)
            fraction = (Float(x - Double(x0)), Float(y - Double(y0)), Float(z - Double(z0)))
        }

        @inline(__always)
        func value(_ values: UnsafeBufferPointer<Float>, _ steps: Steps) -> Float {
            guard base >= 0 else { return .nan }
            func row(_ start: Int) -> Float { values[start] + (values[start + steps.x] - values[start]) * fraction.x }
            let start = Int(base)
            let near = row(start) + (row(start + steps.y) - row(start)) * fraction.y
            let beyond = start + steps.z
            let far = row(beyond) + (row(beyond + steps.y) - row(beyond)) * fraction.y
            return near + (far - near) * fraction.z
        }
    }
}
