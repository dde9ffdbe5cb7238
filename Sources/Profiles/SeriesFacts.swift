/// What a series says of itself, for matching.
///
/// One entry for each instance, or for each frame of a multi-frame instance (with the frame's own functional groups).
/// Only the attributes in ``ProfileSet/requestedKeys`` are needed.
public struct SeriesFacts: Sendable, Hashable {
    /// For each instance the values by the attribute's keyword (``MatchAttribute/key``), split at backslashes.
    /// Absent attributes have no entry.
    public var instances: [[String: [String]]]

    /// Facts of the instances, in any order.
    public init(instances: [[String: [String]]]) {
        self.instances = instances
    }

    static let imageOrientationPatient = "ImageOrientationPatient"
    static let imagePositionPatient = "ImagePositionPatient"
    static let imageType = "ImageType"
    static let pixelSpacing = "PixelSpacing"
    static let rescaleSlope = "RescaleSlope"
    static let rescaleIntercept = "RescaleIntercept"
}
