import Foundation
import Ledger

/// Masks that a person hands in from the page.
package struct CorrectionDraft: Sendable, Decodable {
    /// One structure that the person saw.
    package struct Segment: Sendable, Decodable {
        package let key: String
        /// See `MaskRuns`; empty where the structure is not in the images.
        package let runs: Data
        /// With what it was made, for example `brush`, `polygon`, `prompt`, `propagate`; empty where nothing was changed.
        package let tools: [String]

        package init(key: String, runs: Data, tools: [String]) {
            self.key = key
            self.runs = runs
            self.tools = tools
        }
    }

    /// The masks that the person began with.
    package let base: MaskSource
    /// How long it took.
    package let seconds: Double?
    /// All structures that the person saw.
    package let segments: [Segment]

    package init(base: MaskSource, seconds: Double?, segments: [Segment]) {
        self.base = base
        self.seconds = seconds
        self.segments = segments
    }
}

/// What became of a draft.
package struct SavedCorrection: Sendable, Encodable {
    /// The number of the correction.
    package let correction: Int64
    /// `current`, or `held` with the reason in the message.
    package let state: String
    /// For people.
    package let message: String
    /// Of each segment with the program's result, where it has one.
    package let effort: [EditEffort]

    package init(correction: Int64, state: String, message: String, effort: [EditEffort]) {
        self.correction = correction
        self.state = state
        self.message = message
        self.effort = effort
    }
}

/// How much of the program's mask a person had to change.
package struct EditEffort: Sendable, Hashable, Codable {
    package let key: String
    /// Of the correction with the result; 1 where both are empty.
    package let dice: Double
    /// The mean distance between the two surfaces in mm; `nil` where one of them is empty, or the slices are tilted.
    package let surfaceMM: Double?
    /// The length of contour that had to be drawn, in mm (Vaassen et al., Evaluation of measures for assessing
    /// time-saving of automatic organ-at-risk segmentation in radiotherapy, 2020).
    package let addedPathMM: Double

    package init(key: String, dice: Double, surfaceMM: Double?, addedPathMM: Double) {
        self.key = key
        self.dice = dice
        self.surfaceMM = surfaceMM
        self.addedPathMM = addedPathMM
    }
}

/// Makes a segmentation of a draft and hands it in.
package protocol CorrectionSaver: Sendable {
    /// Writes the segmentation and has it judged as one that was handed in otherwise.
    ///
    /// - Throws: ``ReviewError``: of status 422 for masks that cannot be read, of status 409 where the job is not what the
    ///   draft was made for any more.
    func save(_ draft: CorrectionDraft, of job: JobID, by user: ReviewUser) async throws -> SavedCorrection
}
