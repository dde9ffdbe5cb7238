import Foundation

/// How a slice lies in the patient.
///
/// Image Orientation (Patient) holds the direction cosines of a row and of a column in LPS coordinates
/// (PS3.3 section C.7.6.2.1.1). Their cross product is the slice's normal.
public struct SliceOrientation: Sendable, Hashable {
    /// The three main planes.
    public enum Plane: String, Sendable, Hashable, CaseIterable {
        /// The normal runs from foot to head (LPS z).
        case axial
        /// The normal runs from side to side (LPS x).
        case sagittal
        /// The normal runs from front to back (LPS y).
        case coronal
    }

    /// Unit length, LPS.
    private let normal: [Double]

    /// `nil` unless there are six finite cosines, of two directions that have unit length within 1 % and stand
    /// upright on each other within half a degree.
    public init?(imageOrientationPatient values: [String]) {
        let cosines = values.compactMap { Double($0.trimmingWhiteSpace()) }
        guard values.count == 6, cosines.count == 6, cosines.allSatisfy(\.isFinite) else { return nil }
        let row = Array(cosines[..<3])
        let column = Array(cosines[3...])
        guard abs(Self.length(row) - 1) < 0.01, abs(Self.length(column) - 1) < 0.01,
            abs(zip(row, column).reduce(0) { $0 + $1.0 * $1.1 }) < 0.0088
        else { return nil }
        let cross = [
            row[1] * column[2] - row[2] * column[1],
            row[2] * column[0] - row[0] * column[2],
            row[0] * column[1] - row[1] * column[0],
        ]
        let length = Self.length(cross)
        normal = cross.map { $0 / length }
    }

    /// Degrees from 0 to 90 between the slice and a main plane; which way the normal points does not count.
    public func angle(to plane: Plane) -> Double {
        let component =
            switch plane {
            case .sagittal: normal[0]
            case .coronal: normal[1]
            case .axial: normal[2]
            }
        return acos(min(abs(component), 1)) * 180 / .pi
    }

    /// The main plane that is nearest; of two equally near ones the first in the order of ``Plane``.
    public var nearestPlane: Plane {
        Plane.allCases.min { angle(to: $0) < angle(to: $1) } ?? .axial
    }

    private static func length(_ vector: [Double]) -> Double {
        vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}
