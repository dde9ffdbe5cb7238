/// Why a file was refused as a NIfTI-1 image.
public enum NIfTIError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file is not a single-file NIfTI-1 image.
    case notNIfTI(String)
    /// A header field has a value that cannot be true or that is not supported.
    case badHeader(String)
    /// The header gives no orientation: neither sform nor qform. A guessed one could mirror a patient.
    case noOrientation
    /// The file ends before the last voxel.
    case truncated(expectedBytes: Int, foundBytes: Int)
    /// The image needs more memory than the reader's limit.
    case tooLarge(bytes: Int, limit: Int)
    /// The compressed stream is damaged.
    case damagedStream(String)
    /// A voxel is NaN or infinite.
    case notFinite
    /// A label volume holds something other than whole numbers from 0 to 65535.
    case notLabels

    /// What is wrong with the file.
    public var description: String {
        switch self {
        case .notNIfTI(let detail): "not a NIfTI-1 file (.nii or .nii.gz): \(detail)"
        case .badHeader(let detail): "NIfTI header: \(detail)"
        case .noOrientation: "NIfTI header has neither sform nor qform; export the image with its orientation"
        case .truncated(let expected, let found): "NIfTI data end after \(found) of \(expected) bytes"
        case .tooLarge(let bytes, let limit): "NIfTI data need \(bytes) bytes, the limit is \(limit)"
        case .damagedStream(let detail): "NIfTI gzip stream: \(detail)"
        case .notFinite: "NIfTI data hold values that are not finite"
        case .notLabels: "NIfTI data are not labels: whole numbers from 0 to 65535 are needed"
        }
    }
}
