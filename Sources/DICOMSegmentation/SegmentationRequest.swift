import DICOMFiles
import DurableFiles
import Foundation

/// Everything that one segmentation is made from.
///
/// The UIDs of the result follow from this value without ``creation``: the same request gives the same UIDs, and with
/// the same clock the same bytes.
public struct SegmentationRequest: Sendable {
    /// A segment: what it is, and its mask on the source frames.
    public struct Segment: Sendable {
        /// What the segment is.
        public var description: SegmentDescription
        /// One entry for each frame of ``SegmentationRequest/volume``, in their order.
        public var mask: SegmentMask

        /// A segment from its description and its mask.
        public init(description: SegmentDescription, mask: SegmentMask) {
            self.description = description
            self.mask = mask
        }
    }

    /// The series that the segmentation forms.
    public struct SeriesAttributes: Sendable, Hashable {
        /// Series Number; fixed for each profile, 9000 and above.
        public var number: Int
        /// Series Description in plain ASCII, 1 to 64 characters.
        public var description: String

        /// Series attributes from number and description.
        public init(number: Int, description: String) {
            self.number = number
            self.description = description
        }
    }

    /// The Content Identification macro (PS3.3 section 10.9).
    public struct Content: Sendable, Hashable {
        /// Content Label: 1 to 16 of A-Z, 0-9, blank and underscore.
        public var label: String
        /// Content Description in plain ASCII, 1 to 64 characters.
        public var description: String
        /// Content Creator's Name in plain ASCII, components parted by `^`: this service, or who corrected the
        /// segments.
        public var creatorName: String

        /// Content identification from its parts.
        public init(label: String, description: String, creatorName: String) {
            self.label = label
            self.description = description
            self.creatorName = creatorName
        }
    }

    /// The profile and the model behind the masks.
    public struct Provenance: Sendable, Hashable {
        /// The profile that was applied, in plain ASCII.
        public var profileID: String
        /// Its version, in plain ASCII.
        public var profileVersion: String
        /// The model that drew the masks, in plain ASCII.
        public var modelName: String
        /// The digest of the model's weights.
        public var modelDigest: SHA256Digest

        /// Provenance from its parts.
        public init(profileID: String, profileVersion: String, modelName: String, modelDigest: SHA256Digest) {
            self.profileID = profileID
            self.profileVersion = profileVersion
            self.modelName = modelName
            self.modelDigest = modelDigest
        }
    }

    /// When the segmentation is made, from the caller's clock.
    public struct Creation: Sendable, Hashable {
        /// The moment of creation.
        public var instant: Date
        /// Used where the source has no Timezone Offset From UTC.
        public var timeZone: TimeZone

        /// A creation time from instant and zone.
        public init(instant: Date, timeZone: TimeZone) {
            self.instant = instant
            self.timeZone = timeZone
        }
    }

    /// How the data set is encoded; the pixel data are never compressed lossily.
    public enum Encoding: String, Sendable, Hashable {
        /// Explicit VR Little Endian: every archive takes it.
        case explicitLittleEndian
        /// Deflated Explicit VR Little Endian: small, for archives that take it.
        case deflated
    }

    /// The series that was segmented. Patient, study, frame of reference and equipment are copied byte by byte from the
    /// file of the volume's first frame, which must still be at its path.
    public var source: ImageSeries
    /// The frames that the masks lie on: one of the volumes of ``source``.
    public var volume: ImageVolume
    /// What to write; segments without a pixel are left out unless ``keepsEmptySegments``.
    public var segments: [Segment]
    /// The series that the segmentation forms.
    public var series: SeriesAttributes
    /// What the segmentation is called, and by whom it was made.
    public var content: Content
    /// The product that makes the segmentation.
    public var equipment: Equipment
    /// The profile and the model behind the masks.
    public var provenance: Provenance
    /// When the segmentation is made; the UIDs do not depend on it.
    public var creation: Creation
    /// The transfer syntax.
    public var encoding: Encoding
    /// The segmentation that this one was made from by a person; listed in Source Image Sequence.
    public var predecessor: SourceReference?
    /// Whether segments without a pixel are described too: a person looked for them and says that they are not there.
    public var keepsEmptySegments = false
    /// Tells apart segmentations that a person made twice of the same masks; the UIDs depend on it.
    public var revision = 0

    /// A request from its parts.
    public init(
        source: ImageSeries,
        volume: ImageVolume,
        segments: [Segment],
        series: SeriesAttributes,
        content: Content,
        equipment: Equipment,
        provenance: Provenance,
        creation: Creation,
        encoding: Encoding = .explicitLittleEndian
    ) {
        self.source = source
        self.volume = volume
        self.segments = segments
        self.series = series
        self.content = content
        self.equipment = equipment
        self.provenance = provenance
        self.creation = creation
        self.encoding = encoding
    }

    /// The header of the file that a frame of ``volume`` stands in.
    func header(of frame: SourceFrame) -> InstanceHeader {
        precondition(source.headers.indices.contains(frame.headerIndex), "the volume is one of the series")
        return source.headers[frame.headerIndex]
    }
}
