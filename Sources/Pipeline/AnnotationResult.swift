import DICOMSegmentation
import DurableFiles

/// What became of a series.
public enum AnnotationOutcome: Sendable {
    /// Results are written and durable.
    case annotated(AnnotationResult)
    /// The prior is not good enough to prompt the network, or no mask is good enough to be written: a person must prompt.
    /// No SEG and no receipt are written; boxes to start from are, where there are any.
    case needsPrompt(code: String, message: String)
}

/// Where results lie, and what they say.
public struct AnnotationResult: Sendable {
    /// The folder below the output folder: `SERIES-UID/PROFILE-KEY`.
    public let folder: String
    /// What was run, decided and written.
    public let receipt: Receipt
    /// Sizes of the segments.
    public let measurements: MeasurementTable

    /// File names in a result's folder.
    public enum FileName {
        /// The DICOM-SEG; absent where nothing was found.
        public static let segmentation = "segmentation.dcm"
        /// Written last: it names the SEG's digest.
        public static let receipt = "receipt.json"
        /// Sizes of the segments.
        public static let measurements = "measurements.csv"
        /// Where the atlas expected the segments; absent where prompts came from a file.
        public static let priors = MaskCollection.priorsName
        /// Boxes of segments that were not good enough to be written, as a prompt file; absent where there are none.
        public static let proposedPrompts = "proposed-prompts.json"
        /// The contact sheet.
        public static let preview = "preview.png"
    }

    /// How unsure the network is of its masks, 0…1: one minus the smallest median predicted IoU of a segment.
    public var instability: Double? {
        measurements.rows.compactMap(\.medianPredictedIoU).min().map { min(max(1 - $0, 0), 1) }
    }
}

/// Steps of an annotation, for progress displays.
public enum AnnotationStep: String, Sendable {
    /// Slices are read and the atlas is registered.
    case planning
    /// Slices are encoded and prompts decoded.
    case segmenting
    /// Results are built, written and verified.
    case writing
}
