import DICOMSegmentation
import Foundation
import HTTPTypes
import Hummingbird
import Pipeline
import ReviewWeb
import SegmentAnything
import Tensors

/// Everything that one question about one job takes.
struct PromptDesk: Sendable {
    let prompting: SlicePrompting
    let session: PromptSession
    let volume: DecodedVolume
    let slices: Range<Int>
    let scaling: IntensityScaling
    let isInverted: Bool

    func check(slice: Int) throws(ReviewError) {
        guard slices ~= slice else {
            throw ReviewError.notFound("the volume has slices 0 to \(slices.upperBound - 1)")
        }
    }

    /// The mask of one slice.
    func mask(_ runs: Data) throws(ReviewError) -> FrameMask {
        do throws(SegmentationError) {
            return try MaskRuns(bytes: Array(runs)).frame(rows: prompting.rows, columns: prompting.columns)
        } catch {
            throw ReviewError.unusableDraft(error.message)
        }
    }

    /// A question in the network's terms. Its boxes count from the corner of the first pixel and its points from the
    /// centre, as production's do; the page counts both from the centre.
    func prompt(_ question: SlicePromptQuestion, _ slice: PromptSession.Slice) throws -> Prompt {
        let traits = prompting.model.network.traits
        var prompt = Prompt()
        if let box = question.box { prompt.box = try self.box(box) }
        if let points = question.points, !points.isEmpty {
            guard traits.takesPoints else { throw refused("\(prompting.model.name) takes boxes only: draw a box") }
            prompt.points = try self.points(points)
        }
        if let runs = question.mask {
            guard traits.takesMasks else { throw refused("\(prompting.model.name) takes no masks: leave the mask out") }
            prompt.mask = try maskPrompt(runs, slice)
        }
        guard prompt.box != nil || !prompt.points.isEmpty || prompt.mask != nil else {
            throw refused("there is neither a box nor a point nor a mask")
        }
        if !traits.takesPoints, prompt.box == nil { throw refused("\(prompting.model.name) needs a box") }
        return prompt
    }

    private func refused(_ message: String) -> ReviewError { ReviewError(.unprocessableContent, "PROMPT", message) }

    private func box(_ box: [Double]) throws(ReviewError) -> Prompt.Box {
        guard box.count == 4, box.allSatisfy(\.isFinite), box[0] < box[2], box[1] < box[3] else {
            throw refused("a box is x0, y0, x1, y1 with x0 < x1 and y0 < y1")
        }
        let edges = box.map { $0 + 0.5 }
        let (width, height) = (Double(prompting.columns), Double(prompting.rows))
        guard edges[2] > 0, edges[3] > 0, edges[0] < width, edges[1] < height else {
            throw refused("the box lies outside of the image")
        }
        return Prompt.Box(
            x0: max(0, edges[0]),
            y0: max(0, edges[1]),
            x1: min(width, edges[2]),
            y1: min(height, edges[3])
        )
    }

    private func points(_ points: [[Double]]) throws(ReviewError) -> [Prompt.Point] {
        guard points.count <= ModelPrompting.pointLimit else {
            throw refused("at most \(ModelPrompting.pointLimit) points")
        }
        var found: [Prompt.Point] = []
        for point in points {
            guard point.count == 3, point.allSatisfy(\.isFinite), point[2] == 0 || point[2] == 1,
                point[0] >= -0.5, point[1] >= -0.5, point[0] < Double(prompting.columns) - 0.5,
                point[1] < Double(prompting.rows) - 0.5
            else { throw refused("a point is x, y and 1 or 0, inside of the image") }
            found.append(Prompt.Point(x: max(0, point[0]), y: max(0, point[1]), label: Int(point[2])))
        }
        return found
    }

    /// The mask that the model gave last goes back as it came out; any other is made to look like one.
    private func maskPrompt(_ runs: Data, _ slice: PromptSession.Slice) throws -> Tensor? {
        if let last = slice.last, last.runs == Array(runs) { return prompting.maskPrompt(last.logits) }
        return prompting.maskPrompt(try mask(runs), grid: slice.embedding.grid)
    }

    /// The mask of one slice on another.
    func carry(_ state: PropagationState, to slice: PromptSession.Slice) throws -> SlicePrompting.Prediction {
        var prompt = Prompt(box: prompting.box(around: state.mask))
        if prompting.model.network.traits.takesMasks {
            prompt.mask =
                state.logits.map(prompting.maskPrompt)
                ?? prompting.maskPrompt(state.mask, grid: slice.embedding.grid)
        }
        return try prompting.decode(prompt, on: slice.embedding)
    }
}
