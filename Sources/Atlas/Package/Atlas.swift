import DurableFiles
import Geometry

/// A labelled scan of one patient that priors for other patients are taken from.
public struct Atlas: Sendable {
    /// The contents of `atlas.json`.
    public let description: AtlasDescription
    /// The scan.
    public let intensities: IntensityVolume
    /// Its labels, on the same grid.
    public let labels: LabelVolume
    /// The scan along the patient's axes, and its trunk: computed once, used by each registration.
    let canonical: CanonicalVolume
    let body: BodyMask

    init(description: AtlasDescription, intensities: IntensityVolume, labels: LabelVolume) {
        self.description = description
        self.intensities = intensities
        self.labels = labels
        canonical = CanonicalVolume(intensities, edge: AtlasTarget.edge)
        body = BodyMask(canonical)
    }

    /// An atlas in memory, for tests and for trying one before it is written.
    public init(name: String, intensities: IntensityVolume, labels: LabelVolume, table: [AtlasLabel]) {
        let none = AtlasVolumeFile(file: "", element: .float32, sha256: SHA256Digest(of: []))
        self.init(
            description: AtlasDescription(
                formatVersion: AtlasDescription.currentFormatVersion,
                name: name,
                modality: intensities.modality,
                provenance: "in memory",
                licence: "",
                size: intensities.size,
                affineRows: AtlasDescription.rows(of: intensities.affine),
                labels: table,
                intensityFile: none,
                labelFile: none
            ),
            intensities: intensities,
            labels: labels
        )
    }
}
