import DICOMFiles
import DurableFiles
import Foundation

/// Everything that one segmentation is made from.
///
/// The UIDs of the result follow from this value without ``creation``: the same request gives the same UIDs, and with the
/// same clock the same bytes.
public struct SegmentationRequest: Sendable {
    /// A segment: what it is, and its mask on the source frames.
    public struct Segment: Sendable {
        public var description: SegmentDescription
        /// One entry for each frame of ``SegmentationRequest/volume``, in their order.
        public var mask: SegmentMask

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
        /// Content Creator's Name in plain ASCII, components parted by `^`: this service, or who corrected the segments.
        public var creatorName: String

        public init(label: String, description: String, creatorName: String) {
            self.label = label
            self.description = description
            self.creatorName = creatorName
        }
    }

    /// The profile and the model behind the masks.
    public struct Provenance: Sendable, Hashable {
        public var profileID: String
        public var profileVersion: String
        public var modelName: String
        /// The digest of the model's weights.
        public var modelDigest: SHA256Digest

        public init(profileID: String, profileVersion: String, modelName: String, modelDigest: SHA256Digest) {
            self.profileID = profileID
            self.profileVersion = profileVersion
            self.modelName = modelName
            self.modelDigest = modelDigest
        }
    }

    /// When the segmentation is made, from the caller's clock.
    public struct Creation: Sendable, Hashable {
        public var instant: Date
        /// Used where the source has no Timezone Offset From UTC.
        public var timeZone: TimeZone

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
    public var segments: [Segment]
    public var series: SeriesAttributes
    public var content: Content
    public var equipment: Equipment
    public var provenance: Provenance
    public var creation: Creation
    public var encoding: Encoding

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
