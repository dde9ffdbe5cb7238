import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Ledger
import SegmentAnything

/// What the ledger is told of an error, and whether another attempt may help.
///
/// What the input or the set-up is to blame for stays wrong; what the machine is to blame for may pass.
package struct JobFailure: Sendable, Hashable {
    /// A code with words for people, without patient data.
    package let reason: JobReason
    /// Whether the job may be tried again.
    package let isRetryable: Bool

    /// Judges an error of the pipeline.
    package init(_ error: any Error) {
        switch error {
        case let error as AnnotationError:
            self.init(error.reasonCode, error.description, isRetryable: false)
        case let error as DICOMFileError:
            self.init(error.code.rawValue, error.message, isRetryable: error.code == .accessDenied)
        case let error as SegmentationError:
            self.init(error.code.rawValue, error.message, isRetryable: error.code == .verificationFailed)
        case let error as ModelError:
            self.init("MODEL_REFUSED", error.description, isRetryable: false)
        case let error as FileError:
            self.init(error.isOutOfSpace ? "OUT_OF_SPACE" : "FILE_SYSTEM", error.description, isRetryable: true)
        default:
            self.init("INTERNAL", "\(error)", isRetryable: true)
        }
    }

    private init(_ code: String, _ message: String, isRetryable: Bool) {
        reason = JobReason(code, message: message)
        self.isRetryable = isRetryable
    }
}
