import DICOMFiles
import DurableFiles

/// An answer about a file, or why there is none.
package enum CorrectionAnswer<Value: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
    case found(Value)
    /// The file does not fit; the detail holds no patient data.
    case refused(CorrectionReason, detail: String?)
    /// Nothing is known of the file: it could not be looked at now.
    case unavailable(String)
}

/// Reads segmentations that anybody may have made.
package protocol CorrectionReader: Sendable {
    /// What a file says of itself.
    func describe(_ file: RawPath) async -> CorrectionAnswer<DescribedSegmentation>

    /// Lays a correction and a result over their volume, after patient, study, frame of reference and the stored images
    /// were checked.
    func compare(_ request: ComparisonRequest) async -> CorrectionAnswer<SegmentationComparison>
}

/// Reads in this process; see ``ChildCorrectionReader`` for files that nobody vouches for.
package struct InProcessCorrectionReader: CorrectionReader {
    package init() {}

    package func describe(_ file: RawPath) async -> CorrectionAnswer<DescribedSegmentation> {
        SegmentationExamination.describe(file)
    }

    package func compare(_ request: ComparisonRequest) async -> CorrectionAnswer<SegmentationComparison> {
        SegmentationExamination.compare(request)
    }
}
