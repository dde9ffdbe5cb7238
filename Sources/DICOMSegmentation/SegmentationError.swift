/// Why a segmentation could not be built, written or read.
///
/// The message says what is wrong and what can be done; it names attributes and UIDs, never values that identify a
/// patient.
public struct SegmentationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The request contradicts itself or holds text that DICOM does not allow.
        case invalidRequest = "SEG_INVALID_REQUEST"
        /// The source series cannot carry a segmentation: no frame of reference, two frames at one position …
        case unusableSource = "SEG_UNUSABLE_SOURCE"
        /// dcmdata refused to build or serialise the data set.
        case notBuilt = "SEG_NOT_BUILT"
        /// What was read back from disk is not what was asked for.
        case verificationFailed = "SEG_VERIFICATION_FAILED"
        /// The file is no segmentation of a kind that can be read.
        case notASegmentation = "SEG_NOT_A_SEGMENTATION"
        /// The segmentation breaks the standard so that its masks are not certain.
        case inconsistent = "SEG_INCONSISTENT"
        /// The segmentation does not belong to the series it is matched with.
        case doesNotMatchSeries = "SEG_DOES_NOT_MATCH_SERIES"
    }

    /// What kind of failure it is.
    public let code: Code
    /// What is wrong, and what can be done.
    public let message: String

    /// An error from its code and what is wrong.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
