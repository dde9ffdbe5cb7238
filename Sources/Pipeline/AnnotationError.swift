import DICOMFiles

/// Why a series was not annotated, in words that say what to do. Nothing in it identifies a patient.
public enum AnnotationError: Error, Sendable, CustomStringConvertible {
    /// The series has no volume: positions that cannot be told apart, or nothing but localizers.
    case noVolume(ReasonCode)
    /// The profile's atlas is not there or is damaged.
    case atlas(name: String, detail: String)
    /// The profile names structures that its atlas does not have.
    case profile(String)
    /// A prompt names an image that is not in the series, or lies outside of it.
    case prompt(String)
    /// The profile wants something of the model that it is not.
    case model(String)
    /// The caller asked to stop.
    case cancelled
    /// The result could not be drawn or encoded.
    case output(String)

    /// A stable code for ledgers and reports.
    public var reasonCode: String {
        switch self {
        case .noVolume(let reason): reason.rawValue
        case .atlas: "ATLAS_UNUSABLE"
        case .profile: "PROFILE_UNUSABLE"
        case .prompt: "BAD_PROMPT"
        case .model: "MODEL_UNUSABLE"
        case .cancelled: "CANCELLED"
        case .output: "OUTPUT_FAILED"
        }
    }

    /// The text for people.
    public var description: String {
        switch self {
        case .noVolume(let reason):
            "the series has no volume that can be annotated: \(reason.rawValue). \(reason.remedy)"
        case .atlas(let name, let detail):
            "the atlas \(name) cannot be used: \(detail). Build it with 'preread atlas build'"
        case .profile(let detail), .prompt(let detail), .model(let detail), .output(let detail): detail
        case .cancelled: "stopped on request"
        }
    }
}
