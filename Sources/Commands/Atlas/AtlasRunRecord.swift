import Atlas
import DurableFiles
import Foundation

/// What became of atlases that were made from reviewed cases: `atlas-run.json` in the run's folder.
struct AtlasRunRecord: Codable, Sendable {
    static let fileName = "atlas-run.json"

    enum Outcome: String, Codable, Sendable {
        /// In use from now on.
        case promoted
        /// Passed the gate; a person decides.
        case waits
        /// Those in use stay.
        case kept
    }

    var format = "preread-atlas-run-1"
    let id: String
    let created: Date
    let actor: String
    let profile: String
    /// The network that judged both sets.
    let model: String
    let modelSHA256: SHA256Digest
    /// What voted before.
    let incumbent: [AtlasPromotions.Member]
    /// What would vote.
    let candidate: [AtlasPromotions.Member]
    /// Of the candidate what was made now.
    let built: [String]
    let casesSHA256: SHA256Digest
    var outcome: Outcome
    var reasons: [String]
    /// Reviewed cases that were left out, and why.
    let left: [String]
}
