import Geometry

/// Every plane of a volume as a small picture of the trunk, cropped to the trunk's box: what levels are compared by.
struct SliceThumbnails {
    static let columns = 32
    static let rows = 24

    /// For each plane its channels × rows × columns values, or `nil` where there is no trunk.
    let planes: [[Float]?]

    init(_ volume: CanonicalVolume, body: BodyMask, features: LevelFeatures) {
        let channels = features.channels(of: volume, body: body)
        let size = volume.grid.size
        planes = concurrentMap(size.z) { z in
            guard let box = body.boxes[z] else { return [Float]?.none }
            let grid = volume.grid
            let xWeights = Self.weights(
                from: (box.left - grid.origin.x) / grid.spacing.x + 0.5,
                to: (box.right - grid.origin.x) / grid.spacing.x + 0.5,
                cells: Self.columns,
                count: size.x
            )
            let yWeights = Self.weights(
                from: (box.front - grid.origin.y) / grid.spacing.y + 0.5,
                to: (box.back - grid.origin.y) / grid.spacing.y + 0.5,
                cells: Self.rows,
                count: size.y
            )
            return channels.flatMap { Self.average($0, plane: z, size: size, xWeights, yWeights) }
        }
    }

    /// The mean thumbnail over the planes that have one.
    var mean: [Float] {
        let present = planes.compactMap { $0 }
        guard var sum = present.first else { return [] }
        for plane in present.dropFirst() {
            for index in sum.indices { sum[index] += plane[index] }
        }
        return sum.map { $0 / Float(present.count) }
    }

    /// Thumbnails less a mean, each scaled to length 1; zeros where there is no trunk.
    func normalized(subtracting mean: [Float]) -> [[Float]] {
        planes.map { plane in
            guard let plane else { return [Float](repeating: 0, count: mean.count) }
            let centred = zip(plane, mean).map { $0 - $1 }
            let length = centred.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
            return length > 1e-6 ? centred.map { $0 / length } : centred
        }
    }

    /// For each cell the pixels that it covers and how much of each; positions count from the first pixel's corner.
    private static func weights(from start: Double, to end: Double, cells: Int, count: Int) -> [[(Int, Float)]] {
        (0..<cells).map { cell in
            let low = start + (end - start) * Double(cell) / Double(cells)
            let high = start + (end - start) * Double(cell + 1) / Double(cells)
            return (Int(low.rounded(.down))...Int(high.rounded(.down))).compactMap { pixel in
                let covered = min(high, Double(pixel + 1)) - max(low, Double(pixel))
                guard covered > 1e-9, (0..<count).contains(pixel) else { return nil }
                return (pixel, Float(covered / (high - low)))
            }
        }
    }

    private static func average(
        _ channel: [Float],
        plane: Int,
        size: GridSize,
        _ xWeights: [[(Int, Float)]],
        _ yWeights: [[(Int, Float)]]
    ) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(rows * columns)
        for row in yWeights {
            for column in xWeights {
                var sum: Float = 0
                for (y, yWeight) in row {
                    let line = (plane * size.y + y) * size.x
                    for (x, xWeight) in column { sum += channel[line + x] * (yWeight * xWeight) }
                }
                result.append(sum)
            }
        }
        return result
    }
}
