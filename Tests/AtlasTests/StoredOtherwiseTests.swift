import Atlas
import Geometry
import Testing

/// The real series, stored in other ways with geometry that tells the truth.
@Suite("The sample series stored otherwise")
struct StoredOtherwiseTests {
    /// One slice: where its pixels lie, and what they are.
    typealias Slice = (plane: PlaneGeometry, values: [Float])

    /// The slices of the series as the sample has them.
    static func slices() throws -> [Slice] {
        let image = try SampleSeriesTests.image("sample/example_ct_dicom.nii")
        let planes = try SampleSeriesTests.target().stack.planes
        let count = image.size.x * image.size.y
        let affine = image.affine
        return try planes.map { plane in
            let index = try #require(
                (0..<image.size.z).first { (affine(Vector3(0, 0, Double($0))) - plane.position).length < 0.01 }
            )
            return (plane, Array(image.values[index * count..<(index + 1) * count]))
        }
    }

    /// Rows run from the other side; the position moves to the new first pixel.
    static func turnedLeftToRight(_ slice: Slice) throws -> Slice {
        let plane = slice.plane
        let turned = try #require(
            PlaneGeometry(
                position: plane.patientPoint(column: Double(plane.columns - 1), row: 0),
                rowDirection: -plane.rowDirection,
                columnDirection: plane.columnDirection,
                rowSpacing: plane.rowSpacing,
                columnSpacing: plane.columnSpacing,
                rows: plane.rows,
                columns: plane.columns
            )
        )
        let values = (0..<plane.rows).flatMap { row in
            slice.values[row * plane.columns..<(row + 1) * plane.columns].reversed()
        }
        return (turned, values)
    }

    /// Rows become columns.
    static func transposed(_ slice: Slice) throws -> Slice {
        let plane = slice.plane
        let turned = try #require(
            PlaneGeometry(
                position: plane.position,
                rowDirection: plane.columnDirection,
                columnDirection: plane.rowDirection,
                rowSpacing: plane.columnSpacing,
                columnSpacing: plane.rowSpacing,
                rows: plane.columns,
                columns: plane.rows
            )
        )
        let values = (0..<plane.columns * plane.rows).map { pixel in
            slice.values[pixel % plane.rows * plane.columns + pixel / plane.rows]
        }
        return (turned, values)
    }

    /// The priors of three organs on the planes of the series as it is.
    static func masks(_ slices: [Slice], atlas: Atlas, on planes: [PlaneGeometry]) throws -> [[UInt8]] {
        let target = try AtlasTarget(planes: slices.map(\.plane), modality: .ct, values: slices.map(\.values))
        let planner = BoxPlanner(try AtlasRegistration().register(target, to: atlas), labels: [5, 1, 52])
        return ([5, 1, 52] as [UInt16]).flatMap { label in
            planes.map { plane in
                let blank = [UInt8](repeating: 0, count: plane.rows * plane.columns)
                let index = target.stack.planes.firstIndex {
                    abs(($0.position - plane.position).dot(plane.normal)) < 0.01
                }
                guard let index, let mask = planner.priorMask(of: label, slice: index) else { return blank }
                let stored = target.stack.planes[index]
                return (0..<plane.rows * plane.columns).map { pixel in
                    let point = plane.patientPoint(
                        column: Double(pixel % plane.columns),
                        row: Double(pixel / plane.columns)
                    )
                    let foot = stored.pixel(of: point)
                    return mask[Int(foot.row.rounded()) * stored.columns + Int(foot.column.rounded())]
                }
            }
        }
    }

    /// How many set pixels of one mask have none of the other's within so many pixels along each axis.
    static func strayCount(_ one: [UInt8], from other: [UInt8], columns: Int, rows: Int, within reach: Int) -> Int {
        one.indices.count { pixel in
            guard one[pixel] != 0, other[pixel] == 0 else { return false }
            let (column, row) = (pixel % columns, pixel / columns)
            return (max(0, row - reach)...min(rows - 1, row + reach)).allSatisfy { y in
                (max(0, column - reach)...min(columns - 1, column + reach)).allSatisfy { x in
                    other[y * columns + x] == 0
                }
            }
        }
    }

    @Test("Rows from the other side, slices from head to feet, and rows as columns: the same priors within a voxel")
    func whenStoredOtherwise_thenPriorsLieInTheSamePlaces() throws {
        let slices = try Self.slices()
        let planes = slices.map(\.plane)
        let atlas = try SampleSeriesTests.atlas()
        let expected = try Self.masks(slices, atlas: atlas, on: planes)
        let pixels = expected.reduce(0) { $0 + $1.reduce(0) { $0 + Int($1) } }
        #expect(pixels > 100_000)
        let others = [
            try slices.map(Self.turnedLeftToRight), slices.reversed().map { $0 }, try slices.map(Self.transposed),
        ]
        for other in others {
            let found = try Self.masks(other, atlas: atlas, on: planes)
            // A voxel of the registration in pixels.
            let reach = Int((AtlasTarget.edge / planes[0].columnSpacing).rounded(.down))
            let stray = zip(expected, found).map { one, two in
                let (columns, rows) = (planes[0].columns, planes[0].rows)
                return Self.strayCount(one, from: two, columns: columns, rows: rows, within: reach)
                    + Self.strayCount(two, from: one, columns: columns, rows: rows, within: reach)
            }
            // Pixels are averaged in blocks from the first one, so rows from the other side are averaged otherwise.
            #expect(500 * stray.reduce(0, +) <= pixels)
        }
    }
}
