import Geometry

/// The twelve numbers of an affine correction about a centre.
///
/// Parameter 4·r + c changes row r of the map: c < 3 is the linear part, in mm per 100 mm of the input's axis c over
/// 100; c = 3 is the shift in units of 100 mm.
struct AffineFit {
    static let all = Array(0..<12)
    static let scaleAndShift = [0, 5, 10, 3, 7, 11]
    /// Millimetres of one unit.
    static let unit = 100.0

    let centre: Vector3
    /// How much harder the ridge holds the row that moves things along z.
    let lock: Double
    var parameters = [Double](repeating: 0, count: 12)

    init(centre: Vector3, lock: Double) {
        self.centre = centre
        self.lock = lock
    }

    /// Target → target, to be followed by the start.
    var map: Affine3D {
        let p = parameters
        let linear = Affine3D(
            xColumn: Vector3(1 + p[0], p[4], p[8]),
            yColumn: Vector3(p[1], 1 + p[5], p[9]),
            zColumn: Vector3(p[2], p[6], 1 + p[10]),
            translation: .zero
        )
        let shift = Vector3(p[3], p[7], p[11]) * Self.unit
        return Affine3D(
            xColumn: linear.xColumn,
            yColumn: linear.yColumn,
            zColumn: linear.zColumn,
            translation: centre + shift - linear.direction(centre)
        )
    }

    /// The ridge's weight for a parameter.
    func ridge(_ parameter: Int) -> Double { AffineRegistration.ridge * (parameter >= 8 ? lock : 1) }

    func adding(_ step: [Double]) -> AffineFit {
        var sum = self
        for index in step.indices { sum.parameters[index] += step[index] }
        return sum
    }
}

/// Cost and normal equations at one fit.
struct AffineState {
    /// Mean Huber cost per covered voxel, over all channels.
    let cost: Double
    /// Covered voxels.
    let overlap: Double
    /// Mean JᵀJ, 12 × 12 row-major, and mean Jᵀr.
    let normal: [Double]
    let gradient: [Double]

    /// Cost and ridge.
    func objective(_ fit: AffineFit) -> Double {
        cost + (0..<12).reduce(0) { $0 + 0.5 * fit.ridge($1) * fit.parameters[$1] * fit.parameters[$1] }
    }

    /// The damped Gauss-Newton step in the free parameters; zeros elsewhere. `nil` for equations without a solution.
    func step(_ freedom: [Int], from fit: AffineFit, damping: Double) -> [Double]? {
        let count = freedom.count
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: count + 1), count: count)
        for (row, a) in freedom.enumerated() {
            for (column, b) in freedom.enumerated() { matrix[row][column] = normal[12 * a + b] }
            matrix[row][row] += fit.ridge(a) + damping * (normal[13 * a] + 1e-6)
            matrix[row][count] = -(gradient[a] + fit.ridge(a) * fit.parameters[a])
        }
        guard let solution = solved(matrix) else { return nil }
        var step = [Double](repeating: 0, count: 12)
        for (index, parameter) in freedom.enumerated() { step[parameter] = solution[index] }
        return step
    }

    /// Gaussian elimination with row exchange; each row ends with its right-hand side.
    private func solved(_ equations: [[Double]]) -> [Double]? {
        var rows = equations
        let count = rows.count
        for pivot in 0..<count {
            guard let best = (pivot..<count).max(by: { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) }),
                abs(rows[best][pivot]) > 1e-14
            else { return nil }
            rows.swapAt(pivot, best)
            for row in 0..<count where row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        return (0..<count).map { rows[$0][count] / rows[$0][$0] }
    }
}
