import DurableFiles
import Foundation
import Training

/// What `run.json` in a training run's folder says: what was decided before the run began, and how far it is.
struct TrainingRunRecord: Codable, Sendable, Hashable {
    /// How far a run is. Each phase ends with this file, so that a killed run goes on where it stood.
    enum Phase: String, Codable, Sendable, CaseIterable {
        /// The cases are frozen.
        case prepared
        /// The candidate's weights are in the model store.
        case trained
        /// The candidate passed the gate and annotates in the shadow of the model in use.
        case shadowing
        /// The gate has decided.
        case decided
    }

    /// What became of the candidate.
    enum Outcome: String, Codable, Sendable {
        /// It took the incumbent's place.
        case promoted
        /// It passed the gate; a person promotes it, or not.
        case waits
        /// The incumbent stays.
        case kept
    }

    /// What a candidate has to show beside the model in use.
    struct Shadow: Codable, Sendable, Hashable {
        /// Series that the candidate annotates.
        let series: Int
        /// Jobs from then on count.
        let began: Date
    }

    /// A package by name and weights.
    struct Model: Codable, Sendable, Hashable {
        let name: String
        let sha256: SHA256Digest
    }

    static let currentFormat = 1

    var format = currentFormat
    let id: String
    let created: Date
    /// Who, or what, began it: a user's name, `schedule` or `corrections`.
    let actor: String
    /// The channel whose model is fine-tuned, and in which the candidate is promoted.
    let channel: String
    /// What is fine-tuned: the model in use when the run began.
    let incumbent: Model
    let scope: String
    let precision: String
    let seed: UInt64
    /// Steps of the optimiser at most.
    let steps: Int
    let minutes: Double
    let memoryMB: Int
    /// Whether a candidate that passes the gate is promoted by the run itself.
    let promotes: Bool
    /// What says when to stop: `patients`, `slabs` or `none`.
    let validation: String
    /// Of the frozen list of cases.
    let casesSHA256: SHA256Digest
    /// Corrections that the ledger held when the run began: the next threshold counts from here.
    let corrections: Int
    /// How boxes miss in the training, and what that rests on; nil in records of older versions, where they missed as
    /// documented.
    var boxes: JitterBasis?
    var phase: Phase
    var candidate: Model?
    /// Once the candidate has passed the gate of a site that wants a shadow.
    var shadow: Shadow?
    var outcome: Outcome?
    /// True where an error ended the run, and not the gate or the lack of a better model.
    var failure: Bool?
    /// The gate's reasons, or why the run ended, in words.
    var reasons: [String]
    /// What else is worth knowing of the run.
    var notes: [String] = []
    /// Only cases of this profile were taken; nil for all.
    var profile: String?
    var ended: Date?
}
