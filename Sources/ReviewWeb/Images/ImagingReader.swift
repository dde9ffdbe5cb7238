import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation

/// Reads DICOM files for the page, away from the service: nobody vouches for them.
package protocol ImagingReader: Sendable {
    /// The answer to a question; what goes wrong is part of it.
    func answer(_ question: ImagingQuestion) async -> ImagingAnswer
}

/// Reads in this process, for tests.
package struct InProcessImagingReader: ImagingReader {
    package init() {}

    package func answer(_ question: ImagingQuestion) async -> ImagingAnswer { ImagingExamination.answer(question) }
}

/// What the page wants to know of files.
package enum ImagingQuestion: Sendable, Hashable, Codable {
    /// The segments of a segmentation, and their masks on a volume.
    case masks(MaskQuestion)
    /// A small picture of a frame.
    case thumbnail(ThumbnailQuestion)
    /// The data sets of files as the DICOM JSON Model has them.
    case metadata([FileQuestion])
    /// Decoded frames of a file, by their numbers from 1.
    case frames(FileQuestion, [Int])
    /// The value of an element, by its place in the file.
    case bulkData(FileQuestion, [String])
}

/// A file that is to be read.
package struct FileQuestion: Sendable, Hashable, Codable {
    /// The bytes of its path.
    package let file: Data
    /// The SHA-256 that it must have; not looked at where it is `nil`.
    package let digest: String?
    /// What stands in front of the addresses of its bulk data.
    package let address: String

    package init(_ path: RawPath, digest: String? = nil, address: String = "") {
        file = Data(path.bytes)
        self.digest = digest
        self.address = address
    }

    var path: RawPath { RawPath(bytes: file) }
}

/// A segmentation that is to be laid over a volume.
package struct MaskQuestion: Sendable, Hashable, Codable {
    package let segmentation: FileQuestion
    package let frames: [SourceFrame]
    package let frameOfReferenceUID: String

    package init(_ segmentation: FileQuestion, on volume: ImageVolume) {
        self.segmentation = segmentation
        frames = volume.frames
        frameOfReferenceUID = volume.frameOfReferenceUID
    }
}

/// A frame of which a small picture is wanted.
package struct ThumbnailQuestion: Sendable, Hashable, Codable {
    package let frame: VolumeRequest.Frame
    /// Millimetres between rows and between columns.
    package let rowSpacing: Double
    package let columnSpacing: Double
    /// The modality values that become black and white; `nil` to take them from the frame.
    package let window: [Double]?
    /// Pixels of the longer side.
    package let size: Int
}

/// What was found.
package enum ImagingAnswer: Sendable, Hashable, Codable {
    case masks(PlacedSegmentation)
    /// Of whatever was asked for, in its order.
    case bytes([Data])
    /// The file does not fit, for a reason code; without patient data.
    case refused(String)
    /// Nothing is known of the file: it could not be looked at now.
    case unavailable
}

/// A segmentation on a volume.
package struct PlacedSegmentation: Sendable, Hashable, Codable {
    /// A segment with its mask.
    package struct Segment: Sendable, Hashable, Codable {
        /// Segment Number.
        package let number: Int
        package let label: String
        package let category: CodedConcept?
        package let type: CodedConcept?
        package let modifiers: [CodedConcept]
        package let algorithmType: String
        package let algorithmName: String?
        package let trackingID: String?
        package let trackingUID: String?
        /// See `MaskRuns`.
        package let runs: Data
    }

    package let sopClassUID: String
    package let sopInstanceUID: String
    package let seriesInstanceUID: String
    package let segments: [Segment]
}
