/// Why a folder was refused as an atlas, or an atlas could not be built.
public enum AtlasPackageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `atlas.json` is missing, is not JSON or lacks a field.
    case badDescription(String)
    /// The layout is of another version.
    case unsupportedFormat(Int)
    /// A volume's bytes are not those that the description names.
    case digestMismatch(file: String)
    /// A volume's length does not fit its dimensions.
    case wrongLength(file: String, bytes: Int, expected: Int)
    /// The label volume lies elsewhere than the image: dimensions or orientation differ.
    case gridsDiffer
    /// A label in the table is 0, occurs twice, or is not in the volume, or its name occurs twice.
    case badLabelTable(String)
    /// An atlas of that name exists already.
    case exists(String)

    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .badDescription(let detail): "atlas.json: \(detail)"
        case .unsupportedFormat(let version): "atlas format \(version) is not supported; build the atlas again"
        case .digestMismatch(let file): "\(file) was changed after the atlas was built: its SHA-256 differs"
        case .wrongLength(let file, let bytes, let expected): "\(file) has \(bytes) bytes, \(expected) are expected"
        case .gridsDiffer: "image and labels differ in dimensions or orientation; resample the labels to the image"
        case .badLabelTable(let detail): "label table: \(detail)"
        case .exists(let name): "an atlas named \(name) exists already"
        }
    }
}
