import DICOMSegmentation

/// The surface measures in the plainest way: every pair of surface voxels.
struct NaiveSurface {
    struct Voxel {
        let place: (Double, Double, Double)
        let area: Double
    }

    let voxels: [Voxel]

    init(_ mask: SegmentMask, _ random: RandomMasks) {
        func isInside(_ slice: Int, _ row: Int, _ column: Int) -> Bool {
            guard random.offsets.indices ~= slice, 0..<random.rows ~= row, 0..<random.columns ~= column else {
                return false
            }
            return mask[slice]?[row: row, column: column] ?? false
        }
        func thickness(_ slice: Int) -> Double {
            let (offsets, last) = (random.offsets, random.offsets.count - 1)
            guard last > 0 else { return 1 }
            if slice == 0 { return offsets[1] - offsets[0] }
            if slice == last { return offsets[last] - offsets[last - 1] }
            return (offsets[slice + 1] - offsets[slice - 1]) / 2
        }
        var voxels: [Voxel] = []
        for slice in random.offsets.indices {
            for row in 0..<random.rows {
                for column in 0..<random.columns where isInside(slice, row, column) {
                    let (dx, dy, dz) = (random.spacing.column, random.spacing.row, thickness(slice))
                    var area = 0.0
                    for step in [-1, 1] {
                        if !isInside(slice, row, column + step) { area += dy * dz }
                        if !isInside(slice, row + step, column) { area += dx * dz }
                        if !isInside(slice + step, row, column) { area += dx * dy }
                    }
                    guard area > 0 else { continue }
                    let place = (Double(column) * dx, Double(row) * dy, random.offsets[slice])
                    voxels.append(Voxel(place: place, area: area))
                }
            }
        }
        self.voxels = voxels
    }

    /// The distance from each voxel to the nearest of another surface, with its area, ascending.
    func distances(to other: NaiveSurface) -> [(distance: Double, area: Double)] {
        voxels.map { voxel in
            let nearest = other.voxels.map { there -> Double in
                let (dx, dy) = (voxel.place.0 - there.place.0, voxel.place.1 - there.place.1)
                let dz = voxel.place.2 - there.place.2
                return dx * dx + dy * dy + dz * dz
            }.min()
            return ((nearest ?? .infinity).squareRoot(), voxel.area)
        }.sorted { $0.distance < $1.distance }
    }
}
