import CDCMTK
import DurableFiles
import Glibc

/// Why a DICOM file was not accepted, in words that an operator can act on.
///
/// Neither ``message`` nor ``description`` holds a value of an attribute: it could identify a patient.
public struct DICOMFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason code.
    public let code: ReasonCode
    /// What is wrong, and the remedy.
    public let message: String

    /// An error from what is wrong; the remedy of the code is appended.
    public init(_ code: ReasonCode, _ problem: String) {
        self.code = code
        message = "\(problem). \(code.remedy)"
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}

extension DICOMFileError {
    /// The error for a file that could not be opened or read.
    init(_ error: FileError) {
        switch error.errno {
        case 0, ELOOP, ENXIO, EISDIR, ENODEV:
            self.init(.notRegular, "Not a regular file")
        default:
            // Not only a lack of permission: whatever the operating system refuses today may work tomorrow.
            self.init(.accessDenied, "The file cannot be read: \(String(cString: strerror(error.errno)))")
        }
    }

    /// The error that a call of the shim reported.
    init(_ error: CDCMTK_error) {
        let text = withUnsafeBytes(of: error.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if error.status == CDCMTK_IO_ERROR {
            self.init(FileError(operation: "read", subject: "file", errno: error.system_error))
            return
        }
        self.init(Self.code(of: error.status), text.prefix(1).uppercased() + text.dropFirst())
    }

    private static func code(of status: CDCMTK_status) -> ReasonCode {
        switch status {
        case CDCMTK_NOT_DICOM: .notDICOM
        case CDCMTK_MALFORMED: .malformed
        case CDCMTK_TRUNCATED_PIXELS: .truncatedPixels
        case CDCMTK_TOO_LARGE: .tooLarge
        case CDCMTK_UNSUPPORTED_SYNTAX: .unsupportedSyntax
        case CDCMTK_DECODE_FAILED: .decodeFailed
        case CDCMTK_BAD_PIXEL_MODULE: .badPixelModule
        case CDCMTK_MISSING_ATTRIBUTE: .missingAttribute
        case CDCMTK_NOT_REGULAR: .notRegular
        // Nothing is wrong with the file: it is read once the installation is repaired.
        case CDCMTK_NO_DICTIONARY: .accessDenied
        default: .parserCrash
        }
    }
}
