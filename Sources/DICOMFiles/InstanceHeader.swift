import DurableFiles

/// What the service knows of one accepted file: a value that outlives it and can be sent and stored.
///
/// It holds no name, date of birth or number of a patient; ``patientIdentity`` only tells patients apart.
public struct InstanceHeader: Sendable, Hashable, Codable {
    /// Where the file was read.
    public let path: RawPath
    /// SHA-256 of the whole file.
    public let digest: SHA256Digest
    /// Length in bytes.
    public let fileSize: Int
    /// SOP Class UID.
    public let sopClassUID: String
    /// SOP Instance UID.
    public let sopInstanceUID: String
    /// Study Instance UID.
    public let studyInstanceUID: String
    /// Series Instance UID.
    public let seriesInstanceUID: String
    /// Frame of Reference UID.
    public let frameOfReferenceUID: String
    /// Modality, for example `CT`; empty when it is not given.
    public let modality: String
    /// The transfer syntax of the file, or what was guessed.
    public let transferSyntaxUID: String
    /// The image pixel module.
    public let pixels: PixelModule
    /// Instance Number.
    public let instanceNumber: Int?
    /// The values of Image Type.
    public let imageType: [String]
    /// SHA-256 of Patient ID and Issuer of Patient ID as they stand in the file, without padding.
    public let patientIdentity: SHA256Digest
    /// One for each frame, in their order.
    public let frames: [FrameGeometry]
    /// Keyword → values of the short texts and numbers at the top level that do not identify a patient; for an enhanced
    /// image also those of its functional groups (shared, and of the first frame).
    public let attributes: [String: [String]]
    /// What is worth knowing beside.
    public let flags: Set<HeaderFlag>

    /// Pixel rows of a frame.
    public var rows: Int { pixels.rows }
    /// Pixel columns of a frame.
    public var columns: Int { pixels.columns }
    /// The number of frames; 1 for a single-frame image.
    public var numberOfFrames: Int { pixels.numberOfFrames }

    /// Whether the image is a scout, by the third value of Image Type (PS3.3 section C.8.2.1.1.1) or any later one.
    public var isLocalizer: Bool { imageType.dropFirst(2).contains("LOCALIZER") }

    /// Whether the image is an enhanced multi-frame one, whose frames are referred to by number.
    public var isMultiFrame: Bool { SOPClass.enhancedImages.contains(sopClassUID) }

    /// Reads, checks and accepts a file, or says why not.
    ///
    /// A file is an image only if its UIDs, size, pixel data of the right length, rescale and geometry are there: DCMTK
    /// accepts files that were cut between two elements, and 100 kB of zeros. `pixelCheck` says how many compressed
    /// frames are decoded to see whether they can be.
    public init(reading path: RawPath, pixelCheck: PixelCheck = .firstFrame) throws(DICOMFileError) {
        self = try HeaderReading.read(path, pixelCheck: pixelCheck)
    }

    /// How far compressed pixel data are decoded while a header is read.
    public enum PixelCheck: Sendable {
        case none
        case firstFrame
        case everyFrame

        var frameLimit: Int {
            switch self {
            case .none: 0
            case .firstFrame: 1
            case .everyFrame: .max
            }
        }
    }

    /// Makes a header from its parts, for tests and for those who store headers in another form.
    public init(
        path: RawPath,
        digest: SHA256Digest,
        fileSize: Int,
        identifiers: Identifiers,
        pixels: PixelModule,
        frames: [FrameGeometry],
        description: Description
    ) {
        self.path = path
        self.digest = digest
        self.fileSize = fileSize
        sopClassUID = identifiers.sopClassUID
        sopInstanceUID = identifiers.sopInstanceUID
        studyInstanceUID = identifiers.studyInstanceUID
        seriesInstanceUID = identifiers.seriesInstanceUID
        frameOfReferenceUID = identifiers.frameOfReferenceUID
        patientIdentity = identifiers.patientIdentity
        self.pixels = pixels
        self.frames = frames
        modality = description.modality
        transferSyntaxUID = description.transferSyntaxUID
        instanceNumber = description.instanceNumber
        imageType = description.imageType
        attributes = description.attributes
        flags = description.flags
    }

    /// What names an instance and the things it belongs to.
    public struct Identifiers: Sendable, Hashable {
        /// SOP Class UID.
        public var sopClassUID: String
        /// SOP Instance UID.
        public var sopInstanceUID: String
        /// Study Instance UID.
        public var studyInstanceUID: String
        /// Series Instance UID.
        public var seriesInstanceUID: String
        /// Frame of Reference UID.
        public var frameOfReferenceUID: String
        /// The digest that tells patients apart.
        public var patientIdentity: SHA256Digest

        /// All parts by name.
        public init(
            sopClassUID: String,
            sopInstanceUID: String,
            studyInstanceUID: String,
            seriesInstanceUID: String,
            frameOfReferenceUID: String,
            patientIdentity: SHA256Digest
        ) {
            self.sopClassUID = sopClassUID
            self.sopInstanceUID = sopInstanceUID
            self.studyInstanceUID = studyInstanceUID
            self.seriesInstanceUID = seriesInstanceUID
            self.frameOfReferenceUID = frameOfReferenceUID
            self.patientIdentity = patientIdentity
        }
    }

    /// What describes an instance beside its pixels and its geometry.
    public struct Description: Sendable, Hashable {
        /// Modality.
        public var modality: String
        /// Transfer Syntax UID.
        public var transferSyntaxUID: String
        /// Instance Number.
        public var instanceNumber: Int?
        /// The values of Image Type.
        public var imageType: [String]
        /// Keyword → values.
        public var attributes: [String: [String]]
        /// What is worth knowing beside.
        public var flags: Set<HeaderFlag>

        /// All parts by name.
        public init(
            modality: String,
            transferSyntaxUID: String = "1.2.840.10008.1.2.1",
            instanceNumber: Int? = nil,
            imageType: [String] = [],
            attributes: [String: [String]] = [:],
            flags: Set<HeaderFlag> = []
        ) {
            self.modality = modality
            self.transferSyntaxUID = transferSyntaxUID
            self.instanceNumber = instanceNumber
            self.imageType = imageType
            self.attributes = attributes
            self.flags = flags
        }
    }
}
