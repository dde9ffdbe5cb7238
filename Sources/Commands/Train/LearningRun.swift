import Evaluation
import Foundation
import Training

/// A training run as the page shows it: `Run` of `GET /api/learning`.
struct LearningRun: Encodable, Sendable, Hashable {
    /// Where a run stands.
    enum State: String, Encodable, Sendable, CaseIterable {
        /// A process works on it.
        case running
        /// Its candidate passed the gate, and a person says whether it is used.
        case waiting
        /// Its candidate was promoted.
        case promoted
        /// The model in use stays, and no candidate came before the gate.
        case kept
        /// The gate refused the candidate, or another model has come into use meanwhile.
        case refused
        /// It ended with an error.
        case failed
        /// It was interrupted, and goes on when it is begun again.
        case stopped
        /// Its candidate annotates beside the model in use.
        case shadowing
    }

    let id: String
    let state: State
    /// Only cases of this profile; nil for all.
    let profile: String?
    let scope: String
    let started: String
    let ended: String?
    /// Steps that are done, and that there are at most.
    let step: Int
    let steps: Int
    /// An estimate of the rest of the training; nil where none can be given.
    let secondsLeft: Double?
    /// Step and training loss.
    let loss: [[Double]]
    /// Step and mean Dice of what says when to stop.
    let validation: [[Double]]
    /// `promote` or `keep` as the gate said; nil where it has not spoken.
    let verdict: String?
    /// Why, in words; a line for each reason. Empty where nothing is to be said yet.
    let reason: String

    init(_ record: TrainingRunRecord, state: State, curve: LearningCurve) {
        id = record.id
        self.state = state
        profile = record.profile
        scope = record.scope
        started = record.created.formatted(.iso8601)
        ended = record.ended?.formatted(.iso8601)
        step = curve.step
        steps = record.steps
        secondsLeft = state == .running && record.phase == .prepared ? curve.secondsLeft : nil
        loss = curve.loss
        validation = curve.validation
        verdict = Self.verdict(record)
        let words = record.reasons + record.notes
        reason = state == .stopped && words.isEmpty ? Self.interruption : words.joined(separator: "\n")
    }

    private static let interruption = "interrupted; it goes on where it stood when a training is begun"

    private static func verdict(_ record: TrainingRunRecord) -> String? {
        guard record.candidate != nil, record.failure != true else { return nil }
        switch (record.phase, record.outcome) {
        case (.shadowing, _), (_, .promoted), (_, .waits): return PromotionDecision.Verdict.promote.rawValue
        case (_, .kept):
            return (record.shadow == nil ? PromotionDecision.Verdict.keep : .promote).rawValue
        case (_, nil): return nil
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, state, profile, scope, started, ended, step, steps, secondsLeft, loss, validation, verdict, reason
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(state, forKey: .state)
        try container.encode(profile, forKey: .profile)
        try container.encode(scope, forKey: .scope)
        try container.encode(started, forKey: .started)
        try container.encode(ended, forKey: .ended)
        try container.encode(step, forKey: .step)
        try container.encode(steps, forKey: .steps)
        try container.encode(secondsLeft, forKey: .secondsLeft)
        try container.encode(loss, forKey: .loss)
        try container.encode(validation, forKey: .validation)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(reason, forKey: .reason)
    }
}

/// A run with its report: what `GET /api/learning/runs/{id}` answers.
struct LearningRunDetail: Encodable, Sendable {
    let run: LearningRun
    /// Nil where there is none yet, or one that this version does not read.
    let report: TrainingReport?

    private enum CodingKeys: String, CodingKey { case report }

    func encode(to encoder: any Encoder) throws {
        try run.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(report, forKey: .report)
    }
}
