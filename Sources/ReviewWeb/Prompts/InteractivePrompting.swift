import Foundation
import Ledger

/// Answers prompts with the model of a job.
package protocol InteractivePrompting: Sendable {
    /// What can be asked.
    func offer(for job: JobID) async throws -> PromptOffer

    /// The mask of one prompt on one slice.
    ///
    /// - Throws: ``ReviewError``: of status 422 for what the model does not take, of status 429 where the same user asks faster
    ///   than the machine should answer.
    func prompt(_ question: SlicePromptQuestion, on job: JobID, by user: ReviewUser) async throws -> SlicePromptAnswer

    /// Masks of the slices that follow, for as long as there is something to be found.
    func propagate(
        _ question: PropagationQuestion,
        on job: JobID,
        by user: ReviewUser
    ) async throws -> PropagationAnswer
}

/// What can be asked of a job's model.
package struct PromptOffer: Sendable, Hashable, Encodable {
    package let available: Bool
    /// The name of the model; `nil` where there is none.
    package let model: String?
    /// Of `box`, `points` and `mask` those that the model was trained for.
    package let takes: [String]
    /// Why nothing can be asked.
    package let reason: String?

    package init(available: Bool, model: String? = nil, takes: [String] = [], reason: String? = nil) {
        self.available = available
        self.model = model
        self.takes = takes
        self.reason = reason
    }
}

/// A prompt on one slice. Coordinates are pixels (x = column, y = row), (0, 0) the centre of the first one.
package struct SlicePromptQuestion: Sendable, Decodable {
    package let slice: Int
    /// x0, y0, x1, y1.
    package let box: [Double]?
    /// x, y, and 1 for the structure or 0 for what is not.
    package let points: [[Double]]?
    /// What there is already: see `MaskRuns`, of this slice alone.
    package let mask: Data?

    package init(slice: Int, box: [Double]? = nil, points: [[Double]]? = nil, mask: Data? = nil) {
        self.slice = slice
        self.box = box
        self.points = points
        self.mask = mask
    }
}

/// The model's mask.
package struct SlicePromptAnswer: Sendable, Encodable {
    /// See `MaskRuns`, of this slice alone.
    package let runs: Data
    /// What the model thinks of it.
    package let predictedIoU: Double
    /// 0 where the slice was encoded before.
    package let encodeMS: Double
    package let decodeMS: Double

    package init(runs: Data, predictedIoU: Double, encodeMS: Double, decodeMS: Double) {
        self.runs = runs
        self.predictedIoU = predictedIoU
        self.encodeMS = encodeMS
        self.decodeMS = decodeMS
    }
}

/// A mask that is to be carried on to the slices beside it.
package struct PropagationQuestion: Sendable, Decodable {
    package let slice: Int
    /// See `MaskRuns`, of this slice alone.
    package let runs: Data
    /// 1 along the slice normal, −1 against it.
    package let direction: Int
    /// At most so many slices.
    package let count: Int

    package init(slice: Int, runs: Data, direction: Int, count: Int) {
        self.slice = slice
        self.runs = runs
        self.direction = direction
        self.count = count
    }
}

/// Masks of the slices that follow, in their order.
package struct PropagationAnswer: Sendable, Encodable {
    /// One slice.
    package struct Slice: Sendable, Encodable {
        package let slice: Int
        package let runs: Data
        package let predictedIoU: Double

        package init(slice: Int, runs: Data, predictedIoU: Double) {
            self.slice = slice
            self.runs = runs
            self.predictedIoU = predictedIoU
        }
    }

    package let slices: [Slice]
    /// Why it went no further: `count`, `end-of-volume`, `area`, `quality` or `empty`.
    package let stopped: String

    package init(slices: [Slice], stopped: String) {
        self.slices = slices
        self.stopped = stopped
    }
}
