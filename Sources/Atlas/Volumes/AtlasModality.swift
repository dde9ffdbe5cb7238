/// What made the intensities; the raw value is the DICOM Modality (0008,0060).
public enum AtlasModality: String, Sendable, Hashable, Codable, CaseIterable {
    /// Hounsfield units.
    case ct = "CT"
    /// Arbitrary units.
    case mr = "MR"
}
