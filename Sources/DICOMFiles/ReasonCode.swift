/// Why a file, or a series, is not simply accepted. The raw values are what ledgers, reports and tests show.
public enum ReasonCode: String, Sendable, Hashable, Codable, CaseIterable {
    // Ignored: nothing for this service, and nothing is wrong.
    case notDICOM = "NOT_DICOM"
    case otherObject = "OTHER_OBJECT"
    case notGreyscale = "NOT_GREYSCALE"
    case notRegular = "NOT_REGULAR"
    case archive = "ARCHIVE"

    // A file that has been stored before.
    case duplicateSame = "DUPLICATE_SAME"

    // Quarantined: a person decides.
    case malformed = "MALFORMED"
    case missingAttribute = "MISSING_ATTRIBUTE"
    case badUID = "BAD_UID"
    case truncatedPixels = "TRUNCATED_PIXELS"
    case badPixelModule = "BAD_PIXEL_MODULE"
    case badRescale = "BAD_RESCALE"
    case badGeometry = "BAD_GEOMETRY"
    case noFrameOfReference = "NO_FRAME_OF_REFERENCE"
    case tooLarge = "TOO_LARGE"
    case unsupportedSyntax = "UNSUPPORTED_SYNTAX"
    case decodeFailed = "DECODE_FAILED"
    case uidConflict = "UID_CONFLICT"
    case identityConflict = "IDENTITY_CONFLICT"
    case ambiguous4D = "AMBIGUOUS_4D"
    case incompleteTimeout = "INCOMPLETE_TIMEOUT"
    case parserCrash = "PARSER_CRASH"

    // Pending: the next attempt can succeed.
    case accessDenied = "ACCESS_DENIED"

    /// What becomes of a file with a reason.
    public enum Disposition: String, Sendable, Hashable, Codable {
        case ignored
        case duplicate
        case quarantined
        case pending
    }

    /// The state that the reason belongs to.
    public var disposition: Disposition {
        switch self {
        case .notDICOM, .otherObject, .notGreyscale, .notRegular, .archive: .ignored
        case .duplicateSame: .duplicate
        case .accessDenied: .pending
        default: .quarantined
        }
    }

    /// What a person can do about it, as a sentence.
    public var remedy: String {
        switch self {
        case .notDICOM, .otherObject, .notGreyscale, .duplicateSame: "Nothing needs to be done."
        case .notRegular: "Deliver the file itself, not a link or a device."
        case .archive: "Unpack the archive into the watched folder."
        case .malformed, .truncatedPixels, .decodeFailed: "Send the file again from its source."
        case .missingAttribute, .badUID, .badPixelModule, .badRescale, .badGeometry, .noFrameOfReference:
            "Correct the object at its source and send it again."
        case .tooLarge: "Check the object at its source; sizes beyond the limits are refused."
        case .unsupportedSyntax: "Send the object again in a transfer syntax that can be decoded."
        case .uidConflict: "Find out which of the two objects is right; the first one is kept."
        case .identityConflict: "Find out which patient and study the objects belong to, then release them."
        case .ambiguous4D: "Split the series at its source so that each position occurs once."
        case .incompleteTimeout: "Deliver the rest, or release what is there."
        case .parserCrash: "Report the file to the vendor; it stays in quarantine."
        case .accessDenied: "Give the service permission to read the file."
        }
    }
}
