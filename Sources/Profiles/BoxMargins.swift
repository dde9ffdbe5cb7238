/// By how much a box grows on each of its sides, told apart by where the side lies in the patient.
///
/// Sides are the patient's and not the picture's, so that the same scan stored another way round gets the same box. Pixels
/// at 256 along the longer side of the slice.
public struct BoxMargins: Sendable, Hashable {
    /// All six are there.
    private let margins: [PatientDirection: Double]

    /// The same margin on every side, but for those that have one of their own.
    public init(_ margin: Double, apart: [PatientDirection: Double] = [:]) {
        margins = Dictionary(uniqueKeysWithValues: PatientDirection.allCases.map { ($0, apart[$0] ?? margin) })
    }

    /// The margin of a side.
    public subscript(_ side: PatientDirection) -> Double { margins[side] ?? 0 }

    /// The widest margin.
    public var widest: Double { margins.values.max() ?? 0 }

    /// The one margin of all sides; `nil` where they differ.
    public var uniform: Double? {
        let values = Set(margins.values)
        return values.count == 1 ? values.first : nil
    }
}
