import Geometry
import Testing

@testable import Pipeline

@Suite("Previews")
struct PreviewTests {
    private static let black = DisplayColour(red: 0, green: 0, blue: 0)
    private static let red = DisplayColour(red: 255, green: 0, blue: 0)

    @Test(
        "letters name the side of the patient that a direction points to",
        arguments: [
            (Vector3(1, 0, 0), "L"), (Vector3(-1, 0, 0), "R"), (Vector3(0, 1, 0), "P"), (Vector3(0, -1, 0), "A"),
            (Vector3(0, 0, 1), "H"), (Vector3(0, 0, -1), "F"), (Vector3(0.6, -0.8, 0), "A"),
            (Vector3(0.5, 0.5, -0.7), "F"),
        ]
    )
    func whenADirectionIsGiven_thenItsLetterIsKnown(direction: Vector3, letter: String) {
        #expect(PreviewSheet.letter(direction) == letter)
    }

    @Test(
        "each edge of a tile carries the letter of its side",
        arguments: [
            // An axial slice, one of a patient who lies on the face, sagittal, coronal.
            (Vector3(1, 0, 0), Vector3(0, 1, 0), ["R", "L", "A", "P"]),
            (Vector3(-1, 0, 0), Vector3(0, -1, 0), ["L", "R", "P", "A"]),
            (Vector3(0, 1, 0), Vector3(0, 0, -1), ["A", "P", "H", "F"]),
            (Vector3(1, 0, 0), Vector3(0, 0, -1), ["R", "L", "H", "F"]),
        ]
    )
    func whenASliceIsDrawn_thenItsEdgesAreNamed(row: Vector3, column: Vector3, letters: [String]) throws {
        let image = try Self.sheet(size: (64, 64), spacing: (1, 1), directions: (row, column)).image()
        let places = [(3, 125), (248, 125), (125, 3), (125, 246)]
        for (place, letter) in zip(places, letters) {
            #expect(Self.text(in: image, at: (Self.left + place.0, Self.top + place.1)) == letter)
        }
    }

    @Test(
        "a slice keeps the shape that it has in the patient",
        arguments: [
            (64, 64, 1.0, 1.0, 256, 256), (30, 37, 1, 1, 256, 208), (100, 50, 1, 2, 256, 256), (50, 100, 1, 2, 256, 64),
            (239, 187, 0.7, 0.7, 200, 256), (10, 10, 3, 1, 85, 256),
        ]
    )
    func whenPixelsAreNotSquare_thenTheShapeIsThatOfThePatient(
        rows: Int,
        columns: Int,
        rowSpacing: Double,
        columnSpacing: Double,
        width: Int,
        height: Int
    ) throws {
        let image = try Self.sheet(size: (rows, columns), spacing: (rowSpacing, columnSpacing)).image()
        // Letters are drawn along the middle lines: look beside them.
        let line = (x: Self.left + width * 3 / 4, y: Self.top + height / 4)
        let inRow = (0..<256).filter { Self.isSlice(image.colour(Self.left + $0, line.y)) }
        let end = min(256, image.height - Self.top)
        let inColumn = (0..<end).filter { Self.isSlice(image.colour(line.x, Self.top + $0)) }
        #expect(inRow.count == width)
        #expect(inColumn.count == height)
    }

    @Test("the outline and the fill of a mask lie on the mask's pixels")
    func whenAMaskIsDrawn_thenItLiesOnItsPixels() throws {
        var mask = [UInt8](repeating: 0, count: 64)
        for row in 1..<4 { for column in 4..<7 { mask[row * 8 + column] = 1 } }
        let slice = PreviewSheet.Slice(
            plane: try Planes.plane(size: (8, 8)),
            grey: [UInt8](repeating: 100, count: 64),
            masks: [mask]
        )
        let legend = PreviewSheet.LegendEntry(label: "A", detail: "", colour: Self.red)
        let image = PreviewSheet(slices: [slice], legend: [legend], title: "").image()
        // Rows 0 to 4 and columns 3 to 7 are shown: the mask and a tenth of the frame around it. A pixel of the slice is
        // 51.2 pixels of the tile.
        for (row, column) in [(0, 4), (1, 3), (4, 5), (2, 7)] {
            let x = Self.left + Int((Double(column - 3) + 0.6) * 51.2)
            let y = Self.top + Int((Double(row) + 0.6) * 51.2)
            #expect(image.colour(x, y) == DisplayColour(red: 100, green: 100, blue: 100))
        }
        #expect(image.colour(Self.left + 52, Self.top + 110) == Self.red)
        #expect(image.colour(Self.left + 51, Self.top + 110) != Self.red)
        #expect(image.colour(Self.left + 204, Self.top + 110) == Self.red)
        #expect(image.colour(Self.left + 205, Self.top + 110) != Self.red)
        let filled = image.colour(Self.left + 140, Self.top + 110)
        #expect(filled == DisplayColour(red: 134, green: 78, blue: 78))
    }

    @Test("a sheet becomes a PNG of its size, with tiles or without", arguments: [0, 1, 7, 20])
    func whenASheetIsEncoded_thenItIsAPNG(count: Int) throws {
        let slice = PreviewSheet.Slice(
            plane: try Planes.plane(size: (3, 4)),
            grey: [UInt8](repeating: 9, count: 12),
            masks: []
        )
        let image = PreviewSheet(slices: Array(repeating: slice, count: count), legend: [], title: "t").image()
        let bytes = try #require(image.pngBytes())
        let header = try #require(PNGHeader(bytes))
        #expect(header.width == image.width && header.height == image.height)
        #expect(image.width * image.height * 3 == image.pixels.count)
    }

    @Test("at most twenty slices are shown, the first and the last among them", arguments: [0, 1, 19, 20, 21, 333])
    func whenThereAreManySlices_thenTheyAreSpreadEvenly(count: Int) {
        let slices = (0..<count).map { $0 * 2 + 5 }
        let chosen = PreviewCollector(slices: slices).chosen
        #expect(chosen.count == min(count, 20))
        #expect(chosen.first == slices.first && chosen.last == slices.last)
        #expect(Set(chosen).count == chosen.count && chosen == chosen.sorted())
        #expect(Set(chosen).isSubset(of: slices))
    }

    // MARK: - Looking at sheets

    /// Where the first tile begins.
    private static let left = 6
    private static let top = 30

    private static func sheet(
        size: (rows: Int, columns: Int),
        spacing: (row: Double, column: Double),
        directions: (row: Vector3, column: Vector3) = (Vector3(1, 0, 0), Vector3(0, 1, 0))
    ) throws -> PreviewSheet {
        let plane = try Planes.plane(spacing: spacing, directions: directions, size: size)
        let grey = [UInt8](repeating: 0, count: size.rows * size.columns)
        return PreviewSheet(slices: [.init(plane: plane, grey: grey, masks: [])], legend: [], title: "")
    }

    /// The slices of these tests are black, the sheet around them is not.
    private static func isSlice(_ colour: DisplayColour) -> Bool { colour == black }

    /// The capital whose dots stand out at a place.
    private static func text(in image: ColourImage, at place: (x: Int, y: Int)) -> String? {
        let rows = (0..<GlyphFont.height).map { row in
            (0..<GlyphFont.width).reduce(UInt8(0)) { bits, column in
                bits << 1 | (image.colour(place.x + column, place.y + row) == black ? 0 : 1)
            }
        }
        return ["L", "R", "A", "P", "H", "F"].first { GlyphFont.rows(of: Character($0)) == rows }
    }
}

extension ColourImage {
    /// The colour of a pixel.
    fileprivate func colour(_ x: Int, _ y: Int) -> DisplayColour {
        let offset = (y * width + x) * 3
        return DisplayColour(red: pixels[offset], green: pixels[offset + 1], blue: pixels[offset + 2])
    }
}
