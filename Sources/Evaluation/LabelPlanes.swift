import Atlas
import Geometry

/// Reference labels on the slices of a series, looked up by patient coordinates.
///
/// Each pixel centre gets the label of the nearest voxel; pixels outside of the label volume are background. No axis
/// order or flip is assumed.
public struct LabelPlanes: Sendable {
    /// For each plane of the stack its labels, row-major.
    public let planes: [[UInt16]]
    /// Pixel columns of each plane.
    public let columns: Int
    /// Pixel rows of each plane.
    public let rows: Int

    /// Resamples labels onto a stack; `nil` where the label volume's map has no inverse.
    public init?(_ labels: LabelVolume, on stack: SliceStack) {
        guard let toIndex = labels.affine.inverse else { return nil }
        rows = stack.rows
        columns = stack.columns
        planes = stack.planes.map { plane in
            var values = [UInt16](repeating: 0, count: plane.rows * plane.columns)
            for row in 0..<plane.rows {
                for column in 0..<plane.columns {
                    let index = toIndex(plane.patientPoint(column: Double(column), row: Double(row)))
                    let x = Int(index.x.rounded())
                    let y = Int(index.y.rounded())
                    let z = Int(index.z.rounded())
                    guard (0..<labels.size.x).contains(x), (0..<labels.size.y).contains(y),
                        (0..<labels.size.z).contains(z)
                    else { continue }
                    values[row * plane.columns + column] =
                        labels.values[(z * labels.size.y + y) * labels.size.x + x]
                }
            }
            return values
        }
    }

    /// The mask of one label on a slice, `nil` where it has no pixel.
    public func mask(of label: UInt16, slice: Int) -> [UInt8]? {
        var isEmpty = true
        let mask = planes[slice].map { value -> UInt8 in
            guard value == label else { return 0 }
            isEmpty = false
            return 1
        }
        return isEmpty ? nil : mask
    }
}
