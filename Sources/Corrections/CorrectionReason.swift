import Ledger

/// Why a correction is held. The raw values are what the ledger, reports and tests show.
package enum CorrectionReason: String, Sendable, Hashable, Codable, CaseIterable {
    case notASegmentation = "NOT_A_SEGMENTATION"
    case unreadable = "UNREADABLE"
    case incomplete = "INCOMPLETE_TIMEOUT"
    case fractional = "FRACTIONAL"
    case unknownSeries = "UNKNOWN_SERIES"
    case foreignInstance = "FOREIGN_INSTANCE"
    case otherStudy = "OTHER_STUDY"
    case otherPatient = "OTHER_PATIENT"
    case otherFrameOfReference = "OTHER_FRAME_OF_REFERENCE"
    case changedSource = "CHANGED_SOURCE"
    case changedResult = "CHANGED_RESULT"
    case notOnSeries = "NOT_ON_SERIES"
    case unmatchedSegments = "UNMATCHED_SEGMENTS"
    case noResult = "NO_RESULT"
    case notAResult = "NOT_A_RESULT"

    /// What is wrong, and what a person can do about it.
    package var sentence: String {
        switch self {
        case .notASegmentation: "It is no DICOM segmentation. Hand in a DICOM-SEG object."
        case .unreadable: "It cannot be read to its end, or contradicts itself. Save it again and hand it in anew."
        case .incomplete: "It did not become complete in time. Hand in the whole file."
        case .fractional:
            "It is a FRACTIONAL segmentation: where its boundary lies would be our guess. Save it as BINARY or LABELMAP."
        case .unknownSeries: "It names no images, or none that are in the store. Send the series, then release it."
        case .foreignInstance: "Some of the images that it names are not in the store, or belong to another series."
        case .otherStudy: "It belongs to another study than the images that it names."
        case .otherPatient: "Its patient is not the one of the images that it names."
        case .otherFrameOfReference: "Its frame of reference is not the one of the images that it names."
        case .changedSource: "An image of the series is not as it was stored. Restore the store from a backup."
        case .changedResult: "The result that it corrects is not as it was written. Restore the results from a backup."
        case .notOnSeries: "Pixels of it have no certain place on the images. Save it on the grid of the images."
        case .unmatchedSegments:
            "It is not certain which structures its segments are. Give them codes, or hand it in with --by-number."
        case .noResult: "There is no result of this series that waits for review. Release it when there is one."
        case .notAResult: "It is a copy of no result. Put a result itself there, or use 'preread review reject'."
        }
    }

    /// The reason with its sentence, and what was seen behind it; without patient data.
    func reason(_ detail: String? = nil) -> JobReason {
        JobReason(rawValue, message: detail.map { "\(sentence) (\($0))" } ?? sentence)
    }
}
