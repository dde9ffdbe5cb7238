import Geometry

/// The labels of an atlas, warped to the canonical grid of a target.
struct WarpedLabels {
    let grid: CanonicalGrid
    private let labels: LabelVolume
    /// Atlas voxel index for each voxel of the grid: three numbers each.
    private let positions: [Float]

    init(_ labels: LabelVolume, map: SpatialMap, grid: CanonicalGrid) {
        self.grid = grid
        self.labels = labels
        let toIndex = invertible(labels.affine)
        let size = grid.size
        positions = makePlanes(size.z, of: 3 * size.x * size.y) { z, output in
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let index = toIndex(map(grid.point(x, y, z)))
                    let place = 3 * (y * size.x + x)
                    output[place] = Float(index.x)
                    output[place + 1] = Float(index.y)
                    output[place + 2] = Float(index.z)
                }
            }
        }
    }

    /// 1 where the atlas has voxels, on the grid.
    var coverage: [UInt8] {
        (0..<grid.size.count).map { voxel in
            let x = positions[3 * voxel]
            let y = positions[3 * voxel + 1]
            let z = positions[3 * voxel + 2]
            let isInside =
                x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= Float(labels.size.x) - 0.5
                && y <= Float(labels.size.y) - 0.5 && z <= Float(labels.size.z) - 0.5
            return isInside ? 1 : 0
        }
    }

    /// For each label that occurs, in the order asked for: for each voxel its share among the eight atlas voxels around
    /// the voxel's place, weighted trilinearly.
    func probabilities(of wanted: [UInt16]) -> [WindowedLabel] {
        let windows = windows()
        let found = wanted.compactMap { label in windows[label].map { (label, $0) } }
        return concurrentMap(found.count) { index in
            let (label, window) = found[index]
            return WindowedLabel(label: label, window: window, values: shares(of: label, in: window))
        }
    }

    private func shares(of label: UInt16, in window: GridWindow) -> [Float] {
        var values = [Float](repeating: 0, count: window.size.count)
        let plane = grid.size.x * grid.size.y
        labels.values.withUnsafeBufferPointer { source in
            positions.withUnsafeBufferPointer { positions in
                values.withUnsafeMutableBufferPointer { values in
                    for z in window.first.z...window.last.z {
                        window.forEach(inPlane: z) { whole, part in
                            let place = 3 * (z * plane + whole)
                            let position = (positions[place], positions[place + 1], positions[place + 2])
                            guard isCovered(position) else { return }
                            values[part] = share(of: label, source, labels.size, position)
                        }
                    }
                }
            }
        }
        return values
    }

    /// The box of the voxels where a label has a share, for each label.
    private func windows() -> [UInt16: GridWindow] {
        let size = grid.size
        let perPlane = concurrentMap(size.z) { reaches(inPlane: $0) }
        var all: [UInt16: Reach] = [:]
        for plane in perPlane {
            for (label, reach) in plane { all[label, default: reach].include(reach) }
        }
        return all.mapValues { GridWindow(from: $0.low, to: $0.high, size: size) }
    }

    /// Lowest and highest voxel.
    private struct Reach {
        var low: (x: Int, y: Int, z: Int)
        var high: (x: Int, y: Int, z: Int)

        mutating func include(_ other: Reach) {
            low = (min(low.x, other.low.x), min(low.y, other.low.y), min(low.z, other.low.z))
            high = (max(high.x, other.high.x), max(high.y, other.high.y), max(high.z, other.high.z))
        }
    }

    private func reaches(inPlane z: Int) -> [UInt16: Reach] {
        var found: [UInt16: Reach] = [:]
        let (width, height) = (grid.size.x, grid.size.y)
        for y in 0..<height {
            // Neighbours mostly have the same label: runs are entered, not voxels.
            var run: (label: UInt16, first: Int) = (0, 0)
            func enter(_ last: Int) {
                guard run.label != 0 else { return }
                let reach = Reach(low: (run.first, y, z), high: (last, y, z))
                found[run.label, default: reach].include(reach)
            }
            for x in 0..<width {
                let place = 3 * ((z * height + y) * width + x)
                let position = (positions[place], positions[place + 1], positions[place + 2])
                guard isCovered(position) else { continue }
                forEachCorner(position) { label in
                    guard label != run.label else { return }
                    enter(x)
                    run = (label, x)
                }
            }
            enter(width - 1)
        }
        return found
    }

    /// Half a voxel beyond the volume's outer centres still counts as inside.
    @inline(__always)
    private func isCovered(_ position: (Float, Float, Float)) -> Bool {
        let size = labels.size
        return position.0 > -0.5 && position.1 > -0.5 && position.2 > -0.5 && position.0 < Float(size.x) - 0.5
            && position.1 < Float(size.y) - 0.5 && position.2 < Float(size.z) - 0.5
    }

    /// The labels of the eight voxels around a place.
    @inline(__always)
    private func forEachCorner(_ position: (Float, Float, Float), _ body: (UInt16) -> Void) {
        let size = labels.size
        let x0 = Int(position.0.rounded(.down))
        let y0 = Int(position.1.rounded(.down))
        let z0 = Int(position.2.rounded(.down))
        for corner in 0..<8 {
            let x = min(max(x0 + (corner & 1), 0), size.x - 1)
            let y = min(max(y0 + (corner >> 1 & 1), 0), size.y - 1)
            let z = min(max(z0 + (corner >> 2), 0), size.z - 1)
            body(labels.values[(z * size.y + y) * size.x + x])
        }
    }

    private func share(
        of label: UInt16,
        _ source: UnsafeBufferPointer<UInt16>,
        _ size: GridSize,
        _ position: (Float, Float, Float)
    ) -> Float {
        let x0 = Int(position.0.rounded(.down))
        let y0 = Int(position.1.rounded(.down))
        let z0 = Int(position.2.rounded(.down))
        let fraction = (position.0 - Float(x0), position.1 - Float(y0), position.2 - Float(z0))
        var sum: Float = 0
        for corner in 0..<8 {
            // Half a voxel beyond the outer centres belongs to the outer voxel.
            let x = min(max(x0 + (corner & 1), 0), size.x - 1)
            let y = min(max(y0 + (corner >> 1 & 1), 0), size.y - 1)
            let z = min(max(z0 + (corner >> 2), 0), size.z - 1)
            guard source[(z * size.y + y) * size.x + x] == label else { continue }
            sum +=
                (corner & 1 == 0 ? 1 - fraction.0 : fraction.0)
                * (corner & 2 == 0 ? 1 - fraction.1 : fraction.1)
                * (corner & 4 == 0 ? 1 - fraction.2 : fraction.2)
        }
        return sum
    }
}
