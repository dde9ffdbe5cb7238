/// How a stored slice is turned before a network sees it: rows and columns may be exchanged, and each may run from its
/// other end.
///
/// Networks have learnt from slices as people look at them. A series may be stored otherwise, with an orientation that says
/// so, and has to give the same masks in the patient.
public struct SliceTurn: Sendable, Hashable {
    /// Whether stored rows are shown as columns.
    public let transposes: Bool
    /// Whether stored rows run the other way; said of rows as they are stored.
    public let reversesRows: Bool
    /// As ``reversesRows``.
    public let reversesColumns: Bool

    /// A turn of its three parts.
    public init(transposes: Bool, reversesRows: Bool, reversesColumns: Bool) {
        self.transposes = transposes
        self.reversesRows = reversesRows
        self.reversesColumns = reversesColumns
    }

    /// A slice that is shown as it is stored.
    public static let none = SliceTurn(transposes: false, reversesRows: false, reversesColumns: false)

    /// The slice as it is shown.
    public func shown(_ image: SliceImage) -> SliceImage {
        guard self != .none else { return image }
        let places = shownPlaces(rows: image.rows, columns: image.columns)
        let pixels =
            image.channels == 1
            ? places.map { image.pixels[$0] }
            : places.flatMap { image.pixels[image.channels * $0..<image.channels * ($0 + 1)] }
        return SliceImage(
            rows: transposes ? image.columns : image.rows,
            columns: transposes ? image.rows : image.columns,
            channels: image.channels,
            pixels: pixels
        )
    }

    /// One value for each stored pixel, row-major, as it is shown.
    public func shown<Value>(_ values: [Value], rows: Int, columns: Int) -> [Value] {
        precondition(values.count == rows * columns, "a value for every pixel")
        return self == .none ? values : shownPlaces(rows: rows, columns: columns).map { values[$0] }
    }

    /// One value for each shown pixel as it is stored in `rows` × `columns`: the inverse of ``shown(_:rows:columns:)``.
    public func stored(_ values: [Float], rows: Int, columns: Int) -> [Float] {
        precondition(values.count == rows * columns, "a value for every pixel")
        guard self != .none else { return values }
        var result = [Float](repeating: 0, count: values.count)
        for (shown, place) in shownPlaces(rows: rows, columns: columns).enumerated() { result[place] = values[shown] }
        return result
    }

    /// A box of stored pixels, by its edges, as it is shown.
    public func shown(_ box: Prompt.Box, rows: Int, columns: Int) -> Prompt.Box {
        let across = Self.edges(box.x0, box.x1, of: columns, isReversed: reversesColumns)
        let down = Self.edges(box.y0, box.y1, of: rows, isReversed: reversesRows)
        let (x, y) = transposes ? (down, across) : (across, down)
        return Prompt.Box(x0: x.0, y0: y.0, x1: x.1, y1: y.1)
    }

    /// A click on a stored pixel, by the pixel's number, as it is shown.
    public func shown(_ point: Prompt.Point, rows: Int, columns: Int) -> Prompt.Point {
        let across = reversesColumns ? Double(columns - 1) - point.x : point.x
        let down = reversesRows ? Double(rows - 1) - point.y : point.y
        return Prompt.Point(x: transposes ? down : across, y: transposes ? across : down, label: point.label)
    }

    private static func edges(_ low: Double, _ high: Double, of length: Int, isReversed: Bool) -> (Double, Double) {
        isReversed ? (Double(length) - high, Double(length) - low) : (low, high)
    }

    /// For each shown pixel, row-major, the place of the stored pixel.
    private func shownPlaces(rows: Int, columns: Int) -> [Int] {
        let (shownRows, shownColumns) = transposes ? (columns, rows) : (rows, columns)
        var places: [Int] = []
        places.reserveCapacity(rows * columns)
        for shownRow in 0..<shownRows {
            for shownColumn in 0..<shownColumns {
                let (row, column) = transposes ? (shownColumn, shownRow) : (shownRow, shownColumn)
                places.append(
                    (reversesRows ? rows - 1 - row : row) * columns + (reversesColumns ? columns - 1 - column : column)
                )
            }
        }
        return places
    }
}
