import Geometry

/// Intensities along the patient's axes, with the voxels that the source really covered.
public struct CanonicalVolume: Sendable {
    /// Where the voxels lie in the patient.
    public let grid: CanonicalGrid
    /// x varies fastest; ``padding`` outside the source.
    public let values: [Float]
    /// 1 where the source was sampled, 0 where it has nothing.
    public let inside: [UInt8]
    /// What made the intensities.
    public let modality: AtlasModality

    /// What stands where the source has nothing: air.
    static func padding(_ modality: AtlasModality) -> Float {
        switch modality {
        case .ct: -1024
        case .mr: 0
        }
    }

    init(grid: CanonicalGrid, values: [Float], inside: [UInt8], modality: AtlasModality) {
        precondition(values.count == grid.size.count && inside.count == values.count, "arrays fit the grid")
        self.grid = grid
        self.values = values
        self.inside = inside
        self.modality = modality
    }

    /// Samples a function of patient points on a grid; `nil` is outside.
    ///
    /// Planes are sampled concurrently; each writes its own part, so the result does not depend on the threads.
    init(grid: CanonicalGrid, modality: AtlasModality, sample: (Vector3) -> Float?) {
        let width = grid.size.x
        let plane = width * grid.size.y
        let padding = Self.padding(modality)
        let sampled: [Float] = makePlanes(grid.size.z, of: plane) { z, output in
            for y in 0..<grid.size.y {
                for x in 0..<width { output[y * width + x] = sample(grid.point(x, y, z)) ?? .nan }
            }
        }
        self.init(
            grid: grid,
            values: sampled.map { $0.isNaN ? padding : $0 },
            inside: sampled.map { $0.isNaN ? 0 : 1 },
            modality: modality
        )
    }

    /// A regular volume of any orientation along the patient's axes.
    init(_ volume: IntensityVolume, edge: Double) {
        let reduced = ReducedVolume(volume, edge: edge)
        let (low, high) = reduced.bounds
        self.init(grid: CanonicalGrid(from: low, to: high, spacing: edge), modality: volume.modality) {
            reduced.sample($0)
        }
    }
}
