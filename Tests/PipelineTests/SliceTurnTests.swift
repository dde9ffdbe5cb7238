import Geometry
import SegmentAnything
import Tensors
import Testing

@testable import Pipeline

@Suite("Slices that are stored otherwise than people look at them")
struct SliceTurnTests {
    private static let left = Vector3(1, 0, 0)
    private static let back = Vector3(0, 1, 0)
    private static let head = Vector3(0, 0, 1)

    private static func plane(_ row: Vector3, _ column: Vector3) throws -> PlaneGeometry {
        try #require(
            PlaneGeometry(
                position: Vector3(3, -7, 11),
                rowDirection: row,
                columnDirection: column,
                rowSpacing: 0.7,
                columnSpacing: 1.3,
                rows: 5,
                columns: 7
            )
        )
    }

    @Test("are shown as they are where they lie as usual")
    func usualPlanesStay() throws {
        for (row, column) in [(Self.left, Self.back), (Self.left, Self.head * -1), (Self.back, Self.head * -1)] {
            #expect(SliceTurn(try Self.plane(row, column)) == .none)
        }
        let tilted = try Self.plane(Self.left, Vector3(0, 0.8, -0.6))
        #expect(SliceTurn(tilted) == .none)
    }

    @Test("are shown with left, back and feet where people look for them, whatever the storage")
    func everyStorageIsShownAlike() throws {
        let axes = [(Self.left, 1.0), (Self.back, 1.0), (Self.head, -1.0)]
        for (first, second) in [(0, 1), (0, 2), (1, 2)] {
            for isTransposed in [false, true] {
                for (s, t) in [(1.0, 1.0), (-1, 1), (1, -1), (-1, -1)] {
                    let across = axes[first].0 * (axes[first].1 * s)
                    let down = axes[second].0 * (axes[second].1 * t)
                    let plane = try isTransposed ? Self.plane(down, across) : Self.plane(across, down)
                    let turn = SliceTurn(plane)
                    // A pixel's value is where it lies: along the axis across, and down.
                    func place(_ row: Int, _ column: Int, _ axis: Int) -> Float {
                        let point = plane.patientPoint(column: Double(column), row: Double(row))
                        return Float(point.dot(axes[axis].0 * axes[axis].1))
                    }
                    for (axis, growsAcross) in [(first, true), (second, false)] {
                        let stored = (0..<35).map { place($0 / 7, $0 % 7, axis) }
                        let shown = turn.shown(stored, rows: 5, columns: 7)
                        let width = turn.transposes ? 5 : 7
                        #expect(growsAcross == (shown[1] > shown[0] + 0.1))
                        #expect(!growsAcross == (shown[width] > shown[0] + 0.1))
                        #expect(turn.stored(shown, rows: 5, columns: 7) == stored)
                    }
                }
            }
        }
    }

    /// Draws what is bright within its first prompt's box, and of it the half that lies to the right of the image's middle:
    /// an answer that depends on how the slice lies.
    private struct RightHalf: SegmentationModel {
        let traits = ModelTraits(architecture: "right", inputSize: 8, takesPoints: true, takesMasks: false)

        func encode(_ image: SliceImage) -> ImageEmbedding {
            ImageEmbedding(
                features: Tensor(image.pixels.map(Float.init), shape: [image.pixels.count, 1]),
                grid: 1,
                sourceRows: image.rows,
                sourceColumns: image.columns
            )
        }

        func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) -> [MaskPrediction] {
            let (rows, columns) = (embedding.sourceRows, embedding.sourceColumns)
            let values = embedding.features.values
            return prompts.map { prompt in
                let logits = (0..<rows * columns).map { index -> Float in
                    let (x, y) = (Double(index % columns) + 0.5, Double(index / columns) + 0.5)
                    let isClicked = prompt.points.contains { $0.x == x - 0.5 && $0.y == y - 0.5 }
                    guard let box = prompt.box, box.x0 < x, x < box.x1, box.y0 < y, y < box.y1 else {
                        return isClicked ? 2 : -1
                    }
                    return values[index] > 100 && x > Double(columns) / 2 ? 1 : -1
                }
                return MaskPrediction(
                    lowResLogits: Tensor(zeros: [4, 4]),
                    logits: Tensor(logits, shape: [rows, columns]),
                    predictedIoU: 0.5
                )
            }
        }
    }

    @Test("get the masks, in the patient, that they would get as people look at them")
    func masksStayWhereTheyAre() throws {
        let (rows, columns) = (5, 7)
        let pixels = (0..<rows * columns).map { UInt8(($0 * 37) % 251) }
        let usual = SliceImage(rows: rows, columns: columns, pixels: pixels)
        let box = Prompt.Box(x0: 1, y0: 1, x1: 6.5, y1: 4)
        let point = Prompt.Point(x: 6, y: 0, label: 1)
        let expected = RightHalf().decode([Prompt(box: box, points: [point])], on: RightHalf().encode(usual))[0]
        #expect(Set(expected.logits.values) == [-1, 1, 2])
        for transposes in [false, true] {
            for reversesRows in [false, true] {
                for reversesColumns in [false, true] {
                    let turn = SliceTurn(
                        transposes: transposes,
                        reversesRows: reversesRows,
                        reversesColumns: reversesColumns
                    )
                    // The slice as it would be stored, so that turning shows the usual one.
                    let (storedRows, storedColumns) = transposes ? (columns, rows) : (rows, columns)
                    let stored = SliceImage(
                        rows: storedRows,
                        columns: storedColumns,
                        pixels: turn.stored(pixels.map(Float.init), rows: storedRows, columns: storedColumns)
                            .map { UInt8($0) }
                    )
                    #expect(turn.shown(stored).pixels == pixels && turn.shown(stored).rows == rows)
                    // The prompts by hand, from the definition.
                    func edge(_ low: Double, _ high: Double, _ length: Int, _ isReversed: Bool) -> (Double, Double) {
                        isReversed ? (Double(length) - high, Double(length) - low) : (low, high)
                    }
                    let (across, down) =
                        transposes ? ((box.y0, box.y1), (box.x0, box.x1)) : ((box.x0, box.x1), (box.y0, box.y1))
                    let x = edge(across.0, across.1, storedColumns, reversesColumns)
                    let y = edge(down.0, down.1, storedRows, reversesRows)
                    let (px, py) = transposes ? (point.y, point.x) : (point.x, point.y)
                    let prompt = Prompt(
                        box: .init(x0: x.0, y0: y.0, x1: x.1, y1: y.1),
                        points: [
                            .init(
                                x: reversesColumns ? Double(storedColumns - 1) - px : px,
                                y: reversesRows ? Double(storedRows - 1) - py : py,
                                label: 1
                            )
                        ]
                    )
                    let network = RightHalf().turned(turn)
                    let found = try network.decode([prompt], on: try network.encode(stored))[0]
                    #expect(found.logits.shape == [storedRows, storedColumns])
                    #expect(
                        turn.shown(found.logits.values, rows: storedRows, columns: storedColumns)
                            == expected.logits.values
                    )
                }
            }
        }
    }
}
