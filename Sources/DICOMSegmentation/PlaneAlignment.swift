import Geometry

/// How the pixels of one plane fall on the pixels of another that lies in the same place.
///
/// Other software crops frames to what is not empty, or turns them round. Pixels then still fall on pixels; where they
/// do not, there is no alignment, since resampling a mask would guess.
struct PlaneAlignment {
    /// Where pixel (column 0, row 0) falls, and what one step in column and in row adds: (column, row) each.
    private let origin: (Int, Int)
    private let columnStep: (Int, Int)
    private let rowStep: (Int, Int)
    private let target: PlaneGeometry

    /// `nil` when the planes are more than 0.1 mm apart anywhere, or pixel centres miss by more than 0.05 pixels.
    init?(from source: PlaneGeometry, to target: PlaneGeometry) {
        func place(_ column: Int, _ row: Int) -> (Int, Int)? {
            let point = source.patientPoint(column: Double(column), row: Double(row))
            let foot = target.pixel(of: point)
            let (x, y) = (foot.column.rounded(), foot.row.rounded())
            guard abs(foot.distance) < 0.1, abs(foot.column - x) < 0.05, abs(foot.row - y) < 0.05,
                abs(x) < 1e6, abs(y) < 1e6
            else { return nil }
            return (Int(x), Int(y))
        }
        let (width, height) = (source.columns - 1, source.rows - 1)
        guard let origin = place(0, 0), let right = place(1, 0), let below = place(0, 1),
            let farRight = place(width, 0), let farBelow = place(0, height)
        else { return nil }
        let columnStep = (right.0 - origin.0, right.1 - origin.1)
        let rowStep = (below.0 - origin.0, below.1 - origin.1)
        // Steps of one pixel each along different axes, all the way to the far corners.
        guard abs(columnStep.0) + abs(columnStep.1) == 1, abs(rowStep.0) + abs(rowStep.1) == 1,
            columnStep.0 * rowStep.1 - columnStep.1 * rowStep.0 != 0,
            farRight == (origin.0 + width * columnStep.0, origin.1 + width * columnStep.1),
            farBelow == (origin.0 + height * rowStep.0, origin.1 + height * rowStep.1)
        else { return nil }
        self.origin = origin
        self.columnStep = columnStep
        self.rowStep = rowStep
        self.target = target
    }

    /// Whether each pixel falls on the pixel of the same index.
    var isIdentity: Bool { origin == (0, 0) && columnStep == (1, 0) && rowStep == (0, 1) }

    /// The mask on the target plane; `nil` when a pixel of it falls outside.
    func placed(_ mask: FrameMask) -> FrameMask? {
        if isIdentity, mask.rows == target.rows, mask.columns == target.columns { return mask }
        let pixels = mask.unpacked()
        var placed = [UInt8](repeating: 0, count: target.rows * target.columns)
        for row in 0..<mask.rows {
            for column in 0..<mask.columns where pixels[row * mask.columns + column] != 0 {
                let x = origin.0 + column * columnStep.0 + row * rowStep.0
                let y = origin.1 + column * columnStep.1 + row * rowStep.1
                guard 0..<target.columns ~= x, 0..<target.rows ~= y else { return nil }
                placed[y * target.columns + x] = 1
            }
        }
        return FrameMask(rows: target.rows, columns: target.columns, pixels: placed)
    }
}
