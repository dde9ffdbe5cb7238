import Geometry

/// Draws a contact sheet on which a person can judge a result at a glance: slices with the outline and a light fill of
/// each segment, orientation letters, the slice position, and a legend with volumes.
struct PreviewSheet {
    /// One slice to show.
    struct Slice {
        let plane: PlaneGeometry
        /// rows × columns grey values.
        let grey: [UInt8]
        /// For each segment its mask, `nil` where it has none in this slice.
        let masks: [[UInt8]?]
    }

    /// One line of the legend.
    struct LegendEntry {
        let label: String
        let detail: String
        let colour: DisplayColour
    }

    let slices: [Slice]
    let legend: [LegendEntry]
    let title: String

    private static let background = DisplayColour(red: 16, green: 18, blue: 22)
    private static let text = DisplayColour(red: 214, green: 219, blue: 226)
    private static let faint = DisplayColour(red: 120, green: 128, blue: 140)
    private static let tileEdge = 256
    private static let gap = 6
    private static let legendWidth = 300
    private static let headerHeight = 30

    /// Draws the sheet.
    func image() -> ColourImage {
        let columns = Self.columns(for: slices.count)
        let rows = max(1, (slices.count + columns - 1) / columns)
        let region = region
        let tile = tile(showing: region)
        let width = columns * (tile.width + Self.gap) + Self.gap
        let legendHeight = Self.headerHeight + 20 + legend.count * 30
        var sheet = ColourImage(
            width: width + Self.legendWidth,
            height: max(Self.headerHeight + rows * (tile.height + Self.gap), legendHeight + 40),
            fill: Self.background
        )
        sheet.draw(title, x: Self.gap + 2, y: 8, scale: 2, Self.text)
        for (index, slice) in slices.enumerated() {
            let x = Self.gap + index % columns * (tile.width + Self.gap)
            let y = Self.headerHeight + index / columns * (tile.height + Self.gap)
            draw(slice, region, in: (x, y, tile.width, tile.height), on: &sheet)
        }
        drawLegend(at: width + 10, on: &sheet)
        return sheet
    }

    /// Few empty places, and a sheet that is a little wider than high.
    static func columns(for count: Int) -> Int {
        func cost(_ columns: Int) -> Double {
            let rows = (count + columns - 1) / columns
            return Double(rows * columns - count) + 2 * abs(Double(columns) / Double(rows) - 1.4)
        }
        return (1...max(1, min(count, 8))).min { cost($0) < cost($1) } ?? 1
    }

    /// The part of the frames that is shown: all segments of all slices with a tenth of the frame around them, or
    /// everything where there is no segment.
    private var region: (columns: Range<Int>, rows: Range<Int>) {
        guard let plane = slices.first?.plane else { return (0..<1, 0..<1) }
        let boxes = slices.flatMap { slice in
            slice.masks.compactMap { mask in
                mask.flatMap { PixelBox(of: $0, columns: plane.columns, rows: plane.rows) }
            }
        }
        guard let first = boxes.first else { return (0..<plane.columns, 0..<plane.rows) }
        let union = boxes.dropFirst().reduce(first) { union, box in
            PixelBox(
                x0: min(union.x0, box.x0),
                y0: min(union.y0, box.y0),
                x1: max(union.x1, box.x1),
                y1: max(union.y1, box.y1)
            )
        }
        let shown = union.grown(by: Double(max(plane.columns, plane.rows)) / 10)
            .clipped(columns: plane.columns, rows: plane.rows)
        guard let shown else { return (0..<plane.columns, 0..<plane.rows) }
        return (Int(shown.x0)..<Int(shown.x1.rounded(.up)), Int(shown.y0)..<Int(shown.y1.rounded(.up)))
    }

    /// The size of a tile in pixels: its longer side is fixed, and a millimetre is as wide as it is high.
    private func tile(showing region: (columns: Range<Int>, rows: Range<Int>)) -> (width: Int, height: Int) {
        guard let plane = slices.first?.plane else { return (Self.tileEdge, Self.tileEdge) }
        let width = Double(region.columns.count) * plane.columnSpacing
        let height = Double(region.rows.count) * plane.rowSpacing
        let scale = Double(Self.tileEdge) / max(width, height)
        return (max(1, Int((width * scale).rounded())), max(1, Int((height * scale).rounded())))
    }

    private func draw(
        _ slice: Slice,
        _ region: (columns: Range<Int>, rows: Range<Int>),
        in frame: (x: Int, y: Int, width: Int, height: Int),
        on sheet: inout ColourImage
    ) {
        let plane = slice.plane
        let (left, top, width, height) = frame
        // Nearest source pixel of each pixel of the tile.
        let sourceColumn = (0..<width).map { region.columns.lowerBound + $0 * region.columns.count / width }
        let sourceRow = (0..<height).map { region.rows.lowerBound + $0 * region.rows.count / height }
        for y in 0..<height {
            for x in 0..<width {
                let grey = slice.grey[sourceRow[y] * plane.columns + sourceColumn[x]]
                sheet.set(left + x, top + y, DisplayColour(red: grey, green: grey, blue: grey))
            }
        }
        for (segment, mask) in slice.masks.enumerated() {
            guard let mask else { continue }
            func isInside(_ x: Int, _ y: Int) -> Bool {
                guard x >= 0, y >= 0, x < width, y < height else { return false }
                return mask[sourceRow[y] * plane.columns + sourceColumn[x]] != 0
            }
            for y in 0..<height {
                for x in 0..<width where isInside(x, y) {
                    let isEdge =
                        !isInside(x - 1, y) || !isInside(x + 1, y) || !isInside(x, y - 1) || !isInside(x, y + 1)
                    sheet.blend(left + x, top + y, legend[segment].colour, opacity: isEdge ? 1 : 0.22)
                }
            }
        }
        drawOrientation(of: plane, in: (left, top, width, height), on: &sheet)
    }

    private func drawOrientation(
        of plane: PlaneGeometry,
        in frame: (x: Int, y: Int, width: Int, height: Int),
        on sheet: inout ColourImage
    ) {
        let middleX = frame.x + frame.width / 2 - 3
        let middleY = frame.y + frame.height / 2 - 3
        sheet.draw(Self.letter(-plane.rowDirection), x: frame.x + 3, y: middleY, Self.text)
        sheet.draw(Self.letter(plane.rowDirection), x: frame.x + frame.width - 8, y: middleY, Self.text)
        sheet.draw(Self.letter(-plane.columnDirection), x: middleX, y: frame.y + 3, Self.text)
        sheet.draw(Self.letter(plane.columnDirection), x: middleX, y: frame.y + frame.height - 10, Self.text)
        let offset = (plane.offset(along: plane.normal) * 10).rounded() / 10
        sheet.draw("\(offset) MM", x: frame.x + 3, y: frame.y + frame.height - 10, Self.faint)
    }

    private func drawLegend(at x: Int, on sheet: inout ColourImage) {
        for (index, entry) in legend.enumerated() {
            let y = Self.headerHeight + 4 + index * 30
            sheet.fill(x: x, y: y, width: 14, height: 14, entry.colour)
            sheet.draw(entry.label, x: x + 22, y: y, Self.text)
            sheet.draw(entry.detail, x: x + 22, y: y + 10, Self.faint)
        }
        let notice = ["RESEARCH / PRE-READ UNDER REVIEW.", "NOT A DIAGNOSIS."]
        for (index, line) in notice.enumerated() {
            sheet.draw(line, x: x, y: sheet.height - 30 + index * 12, Self.faint)
        }
    }

    /// The letter of the patient direction that a vector points to most: L, R, P, A, H or F.
    static func letter(_ direction: Vector3) -> String {
        let sizes = [abs(direction.x), abs(direction.y), abs(direction.z)]
        if sizes[0] >= sizes[1], sizes[0] >= sizes[2] { return direction.x > 0 ? "L" : "R" }
        if sizes[1] >= sizes[2] { return direction.y > 0 ? "P" : "A" }
        return direction.z > 0 ? "H" : "F"
    }
}
