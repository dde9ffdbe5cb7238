import Geometry
import SegmentAnything

extension SliceTurn {
    /// How slices of a plane are turned to lie as people look at them: axial ones with the patient's left on the right and
    /// the back below, coronal ones with the left on the right and the feet below, sagittal ones with the back on the right
    /// and the feet below (the directions are those of the axes of the patient, LPS, that a tilted plane is nearest to).
    public init(_ plane: PlaneGeometry) {
        let (row, column) = (Self.parts(plane.rowDirection), Self.parts(plane.columnDirection))
        let along = row.indices.max { abs(row[$0]) < abs(row[$1]) } ?? 0
        // The directions are at right angles, but two that are tilted may be nearest to the same axis.
        let down = column.indices.filter { $0 != along }.max { abs(column[$0]) < abs(column[$1]) } ?? 1
        // Left, back and feet are where the shown axes run to.
        func isReversed(_ parts: [Double], _ axis: Int) -> Bool { axis == 2 ? parts[axis] > 0 : parts[axis] < 0 }
        self.init(
            transposes: down < along,
            reversesRows: isReversed(column, down),
            reversesColumns: isReversed(row, along)
        )
    }

    private static func parts(_ direction: Vector3) -> [Double] { [direction.x, direction.y, direction.z] }
}
