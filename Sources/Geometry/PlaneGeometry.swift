/// Where the pixels of one frame lie in the patient (PS3.3 section C.7.6.2.1.1, equation C.7.6.2.1-1).
///
/// LPS, millimetres. Index (column, row) is 0-based and (0, 0) is the *centre* of the first pixel.
public struct PlaneGeometry: Sendable, Hashable {
    /// Image Position (Patient): the centre of the first pixel.
    public let position: Vector3
    /// The direction of growing column index: the first triplet of Image Orientation (Patient). Length 1.
    public let rowDirection: Vector3
    /// The direction of growing row index: the second triplet. Length 1.
    public let columnDirection: Vector3
    /// Millimetres between the centres of neighbouring rows: the first value of Pixel Spacing.
    public let rowSpacing: Double
    /// Millimetres between the centres of neighbouring columns: the second value of Pixel Spacing.
    public let columnSpacing: Double
    /// Pixel rows.
    public let rows: Int
    /// Pixel columns.
    public let columns: Int

    /// Returns `nil` for values that describe no plane: spacing not positive, directions not unit length or not at a
    /// right angle (each within 1e-3), or anything not finite.
    public init?(
        position: Vector3,
        rowDirection: Vector3,
        columnDirection: Vector3,
        rowSpacing: Double,
        columnSpacing: Double,
        rows: Int,
        columns: Int
    ) {
        guard position.isFinite, rowDirection.isFinite, columnDirection.isFinite,
            rowSpacing > 0, columnSpacing > 0, rowSpacing.isFinite, columnSpacing.isFinite,
            rows > 0, columns > 0,
            abs(rowDirection.length - 1) < 1e-3, abs(columnDirection.length - 1) < 1e-3,
            abs(rowDirection.dot(columnDirection)) < 1e-3
        else { return nil }
        self.position = position
        self.rowDirection = rowDirection
        self.columnDirection = columnDirection
        self.rowSpacing = rowSpacing
        self.columnSpacing = columnSpacing
        self.rows = rows
        self.columns = columns
    }

    /// The slice normal: row direction × column direction, of length 1.
    public var normal: Vector3 {
        let cross = rowDirection.cross(columnDirection)
        return cross.normalized ?? cross
    }

    /// How far along a normal the plane lies, in millimetres.
    public func offset(along normal: Vector3) -> Double { position.dot(normal) }

    /// The patient point of a pixel centre; fractions lie between centres.
    public func patientPoint(column: Double, row: Double) -> Vector3 {
        position + rowDirection * (column * columnSpacing) + columnDirection * (row * rowSpacing)
    }

    /// The (column, row) of the foot of the perpendicular from a patient point, and its signed distance in millimetres.
    public func pixel(of point: Vector3) -> (column: Double, row: Double, distance: Double) {
        let offset = point - position
        // The directions are at a right angle only within the tolerance of ``init``: solving both equations at once
        // makes this the exact inverse of ``patientPoint(column:row:)`` nevertheless.
        let skew = rowDirection.dot(columnDirection)
        let rowSquare = rowDirection.dot(rowDirection)
        let columnSquare = columnDirection.dot(columnDirection)
        let alongRow = offset.dot(rowDirection)
        let alongColumn = offset.dot(columnDirection)
        let determinant = rowSquare * columnSquare - skew * skew
        return (
            (alongRow * columnSquare - alongColumn * skew) / determinant / columnSpacing,
            (alongColumn * rowSquare - alongRow * skew) / determinant / rowSpacing,
            offset.dot(normal)
        )
    }

    /// Whether two planes have the same orientation (each direction within 1e-4), size and spacing (within 1e-4 mm).
    public func isParallelSibling(of other: PlaneGeometry) -> Bool {
        rows == other.rows && columns == other.columns
            && abs(rowSpacing - other.rowSpacing) < 1e-4 && abs(columnSpacing - other.columnSpacing) < 1e-4
            && (rowDirection - other.rowDirection).length < 1e-4
            && (columnDirection - other.columnDirection).length < 1e-4
    }
}
