import Geometry

/// Makes the coarse copy of a stack while its slices are read: each voxel is sampled as soon as the planes around it are
/// there, and planes that no later voxel needs are forgotten. The values are those of a ``StackSampler`` with all planes.
struct StackSampling {
    /// Voxels are sampled when so many more slices were read: looking for those that can be costs a pass over the grid.
    private static let slab = 32

    private let stack: SliceStack
    private let modality: AtlasModality
    private let grid: CanonicalGrid
    private var sampler: StackSampler
    /// NaN outside of the stack.
    private var values: [Float]
    /// Slices that were read, and those whose voxels are done.
    private var readCount = 0
    private var doneCount = 0
    private let edge: Double

    init(stack: SliceStack, modality: AtlasModality, edge: Double) {
        self.stack = stack
        self.modality = modality
        self.edge = edge
        sampler = StackSampler(stack: stack, edge: edge)
        let (low, high) = sampler.bounds
        grid = CanonicalGrid(from: low, to: high, spacing: edge)
        values = [Float](repeating: .nan, count: grid.size.count)
    }

    /// Planes of the stack that are in memory.
    var keptPlanes: Int { sampler.keptCount }

    /// Takes the pixels of the next slice of the stack, row-major.
    mutating func add(_ pixels: [Float]) {
        let padding = CanonicalVolume.padding(modality)
        let plane = stack.planes[readCount]
        sampler.add(ReducedPlane(pixels, plane: plane, edge: edge, padding: padding), at: readCount)
        readCount += 1
        guard readCount - doneCount == Self.slab || readCount == stack.planes.count else { return }
        sample(doneCount..<readCount)
        doneCount = readCount
        sampler.forgetPlanes(before: doneCount)
    }

    /// The volume, after the last slice.
    func finished() -> CanonicalVolume {
        precondition(doneCount == stack.planes.count, "all slices were added")
        let padding = CanonicalVolume.padding(modality)
        return CanonicalVolume(
            grid: grid,
            values: values.map { $0.isNaN ? padding : $0 },
            inside: values.map { $0.isNaN ? 0 : 1 },
            modality: modality
        )
    }

    /// Samples the voxels whose last plane is one of these.
    private mutating func sample(_ planes: Range<Int>) {
        let (width, height) = (grid.size.x, grid.size.y)
        let (grid, sampler) = (grid, sampler)
        updatePlanes(&values, of: width * height) { z, output in
            let corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)]
            guard Self.mayHold(corners.map { grid.point($0.0, $0.1, z) }, planes, sampler) else { return }
            for y in 0..<height {
                guard Self.mayHold([grid.point(0, y, z), grid.point(width - 1, y, z)], planes, sampler) else {
                    continue
                }
                for x in 0..<width {
                    let point = grid.point(x, y, z)
                    guard planes.contains(sampler.lastPlane(at: sampler.offset(of: point))) else { continue }
                    output[y * width + x] = sampler.sample(point) ?? .nan
                }
            }
        }
    }

    /// Whether a point between these corners may have its last plane in the range: offsets are linear in the point.
    private static func mayHold(_ corners: [Vector3], _ planes: Range<Int>, _ sampler: StackSampler) -> Bool {
        let offsets = corners.map { sampler.offset(of: $0) }
        guard let low = offsets.min(), let high = offsets.max() else { return false }
        // What rounding may change is less than 1e-6 mm.
        return sampler.lastPlane(at: high + 1e-6) >= planes.lowerBound
            && sampler.lastPlane(at: low - 1e-6) < planes.upperBound
    }
}
