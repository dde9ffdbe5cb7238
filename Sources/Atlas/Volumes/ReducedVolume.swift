import Geometry

/// A volume averaged over blocks of voxels so that its steps come near a coarser grid, ready for trilinear sampling.
///
/// Averaging before sampling keeps noise and thin bright structures from aliasing into the coarse grid.
struct ReducedVolume {
    let size: GridSize
    let values: [Float]
    private let toIndex: Affine3D
    /// Half a source voxel beyond the outer centres still counts as inside, in units of reduced voxels.
    private let reach: Vector3
    /// The box of the volume in the patient, outer faces of its voxels.
    let bounds: (low: Vector3, high: Vector3)

    init(_ volume: IntensityVolume, edge: Double) {
        func factor(_ column: Vector3, _ count: Int) -> Int {
            min(count, max(1, Int((edge / column.length + 0.05).rounded(.down))))
        }
        let affine = volume.affine
        let block = GridSize(
            x: factor(affine.xColumn, volume.size.x),
            y: factor(affine.yColumn, volume.size.y),
            z: factor(affine.zColumn, volume.size.z)
        )
        let size = GridSize(x: volume.size.x / block.x, y: volume.size.y / block.y, z: volume.size.z / block.z)
        self.size = size
        values = Self.average(volume, block: block, size: size)
        let shift = Vector3(Double(block.x - 1) / 2, Double(block.y - 1) / 2, Double(block.z - 1) / 2)
        let reduced = Affine3D(
            xColumn: affine.xColumn * Double(block.x),
            yColumn: affine.yColumn * Double(block.y),
            zColumn: affine.zColumn * Double(block.z),
            translation: affine(shift)
        )
        toIndex = invertible(reduced)
        // The remainder of a division is sampled from the nearest block.
        reach = Vector3(
            Double(volume.size.x) / Double(block.x) - 0.5,
            Double(volume.size.y) / Double(block.y) - 0.5,
            Double(volume.size.z) / Double(block.z) - 0.5
        )
        bounds = patientBounds(of: volume.size, affine: affine)
    }

    /// The trilinear value at a patient point, or `nil` outside the volume.
    func sample(_ point: Vector3) -> Float? {
        let index = toIndex(point)
        guard index.x >= -0.5, index.y >= -0.5, index.z >= -0.5,
            index.x <= reach.x, index.y <= reach.y, index.z <= reach.z
        else { return nil }
        return values.withUnsafeBufferPointer { trilinear($0, size, index) }
    }

    private static func average(_ volume: IntensityVolume, block: GridSize, size: GridSize) -> [Float] {
        if block == GridSize(x: 1, y: 1, z: 1) { return volume.values }
        let scale = 1 / Float(block.count)
        return volume.values.withUnsafeBufferPointer { source in
            makePlanes(size.z, of: size.x * size.y) { z, output in
                for y in 0..<size.y {
                    for x in 0..<size.x {
                        var sum: Float = 0
                        for k in z * block.z..<(z + 1) * block.z {
                            for j in y * block.y..<(y + 1) * block.y {
                                let row = (k * volume.size.y + j) * volume.size.x + x * block.x
                                for i in 0..<block.x { sum += source[row + i] }
                            }
                        }
                        output[y * size.x + x] = sum * scale
                    }
                }
            }
        }
    }
}

/// The box in the patient of all voxels, outer faces included.
func patientBounds(of size: GridSize, affine: Affine3D) -> (low: Vector3, high: Vector3) {
    var low = Vector3(.infinity, .infinity, .infinity)
    var high = -low
    for corner in 0..<8 {
        let point = affine(
            Vector3(
                corner & 1 == 0 ? -0.5 : Double(size.x) - 0.5,
                corner & 2 == 0 ? -0.5 : Double(size.y) - 0.5,
                corner & 4 == 0 ? -0.5 : Double(size.z) - 0.5
            )
        )
        low = Vector3(min(low.x, point.x), min(low.y, point.y), min(low.z, point.z))
        high = Vector3(max(high.x, point.x), max(high.y, point.y), max(high.z, point.z))
    }
    return (low, high)
}

/// The inverse of a map that is known to have one.
func invertible(_ affine: Affine3D) -> Affine3D {
    guard let inverse = affine.inverse else { preconditionFailure("the map has an inverse") }
    return inverse
}

/// The value between eight voxels; indices beyond the outer centres are clamped to them.
@inline(__always)
func trilinear(_ values: UnsafeBufferPointer<Float>, _ size: GridSize, _ index: Vector3) -> Float {
    let x = min(max(index.x, 0), Double(size.x - 1))
    let y = min(max(index.y, 0), Double(size.y - 1))
    let z = min(max(index.z, 0), Double(size.z - 1))
    let x0 = min(Int(x), max(0, size.x - 2))
    let y0 = min(Int(y), max(0, size.y - 2))
    let z0 = min(Int(z), max(0, size.z - 2))
    let dx = size.x > 1 ? 1 : 0
    let dy = size.y > 1 ? size.x : 0
    let dz = size.z > 1 ? size.x * size.y : 0
    let fx = Float(x - Double(x0))
    let fy = Float(y - Double(y0))
    let fz = Float(z - Double(z0))
    let base = (z0 * size.y + y0) * size.x + x0
    func row(_ start: Int) -> Float { values[start] + (values[start + dx] - values[start]) * fx }
    let near = row(base) + (row(base + dy) - row(base)) * fy
    let far = row(base + dz) + (row(base + dz + dy) - row(base + dz)) * fy
    return near + (far - near) * fz
}
