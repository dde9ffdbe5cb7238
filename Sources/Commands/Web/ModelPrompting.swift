import Checkpoints
import DICOMFiles
import DICOMSegmentation
import Foundation
import Geometry
import HTTPTypes
import Hummingbird
import Ledger
import Pipeline
import Profiles
import ReviewWeb
import SegmentAnything
import Synchronization

/// Answers the prompts of the page with the model that a job was planned with.
final class ModelPrompting: InteractivePrompting {
    /// Finds models by their weights.
    typealias Finding = @Sendable (Job) throws -> PromptableJob

    /// The most points of one prompt.
    private static let mostPoints = 64
    /// The most slices that a mask is carried on to at once.
    private static let mostSlices = 40

    private let volumes: JobVolumes
    private let find: Finding
    private let allowance: PromptAllowance
    private let sessions = PromptSessions(capacity: 12, slices: 12)
    private let scalings = Mutex<[JobID: IntensityScaling]>([:])

    init(volumes: JobVolumes, allowance: PromptAllowance = PromptAllowance(), find: @escaping Finding) {
        self.volumes = volumes
        self.allowance = allowance
        self.find = find
    }

    // MARK: - What can be asked

    func offer(for id: JobID) async throws -> PromptOffer {
        let job = try await job(id)
        do {
            let found = try find(job)
            // The first prompt should not have to wait for the weights.
            Task { _ = try? await OffloadedWork.run { try found.load() } }
            return PromptOffer(available: true, model: found.name, takes: found.takes)
        } catch {
            return PromptOffer(available: false, reason: "\(CommandFailure(describing: error).message)")
        }
    }

    // MARK: - One prompt

    func prompt(
        _ question: SlicePromptQuestion,
        on id: JobID,
        by user: ReviewUser
    ) async throws -> SlicePromptAnswer {
        try await allowing(user) {
            let desk = try await desk(id, user)
            try desk.check(slice: question.slice)
            let (slice, encoding) = try await encoded(question.slice, desk, user)
            let (answer, decoding) = try await OffloadedWork.run {
                let prompt = try desk.prompt(question, slice)
                return try Timing.milliseconds { try desk.prompting.decode(prompt, on: slice.embedding) }
            }
            let runs = MaskRuns(answer.mask).bytes
            var kept = slice
            kept.last = (runs, answer.lowResLogits)
            desk.session.keep(kept, at: question.slice)
            return SlicePromptAnswer(
                runs: Data(runs),
                predictedIoU: answer.predictedIoU,
                encodeMS: encoding,
                decodeMS: decoding
            )
        }
    }

    // MARK: - Carrying on

    func propagate(
        _ question: PropagationQuestion,
        on id: JobID,
        by user: ReviewUser
    ) async throws -> PropagationAnswer {
        try await allowing(user) {
            let desk = try await desk(id, user)
            try desk.check(slice: question.slice)
            guard abs(question.direction) == 1, (1...Self.mostSlices).contains(question.count) else {
                throw ReviewError.badRequest("direction is 1 or -1, count a number from 1 to \(Self.mostSlices)")
            }
            var state = PropagationState(try desk.mask(question.runs))
            guard !state.mask.isEmpty else { return PropagationAnswer(slices: [], stopped: "empty") }
            var slices: [PropagationAnswer.Slice] = []
            for step in 1...question.count {
                let index = question.slice + step * question.direction
                guard desk.slices ~= index else { return PropagationAnswer(slices: slices, stopped: "end-of-volume") }
                let (slice, _) = try await encoded(index, desk, user)
                let current = state
                let answer = try await OffloadedWork.run { try desk.carry(current, to: slice) }
                if let reason = state.reasonToStop(at: answer) {
                    return PropagationAnswer(slices: slices, stopped: reason)
                }
                state.goOn(with: answer)
                let runs = MaskRuns(answer.mask).bytes
                var kept = slice
                kept.last = (runs, answer.lowResLogits)
                desk.session.keep(kept, at: index)
                slices.append(.init(slice: index, runs: Data(runs), predictedIoU: answer.predictedIoU))
            }
            return PropagationAnswer(slices: slices, stopped: "count")
        }
    }

    // MARK: - Slices

    /// The embedding of a slice: kept, or made now. The second number is how many milliseconds that took.
    private func encoded(
        _ index: Int,
        _ desk: PromptDesk,
        _ user: ReviewUser
    ) async throws -> (PromptSession.Slice, Double) {
        if let known = desk.session[index] { return (known, 0) }
        do throws(PromptAllowance.Refusal) {
            try allowance.pay(user.name)
        } catch {
            throw ReviewError.tooFast
        }
        let values: [Float]
        do throws(DecodedVolume.Failure) {
            values = try await desk.volume.values(of: index)
        } catch {
            throw ReviewError.unreadableImages(error.reason)
        }
        let (slice, time) = try await OffloadedWork.run {
            try Timing.milliseconds {
                let grey = desk.scaling.bytes(values, inverted: desk.isInverted)
                return PromptSession.Slice(embedding: try desk.prompting.encode(grey))
            }
        }
        desk.session.keep(slice, at: index)
        return (slice, time)
    }

    private func desk(_ id: JobID, _ user: ReviewUser) async throws -> PromptDesk {
        let job = try await job(id)
        let images = try await volumes.images.images(of: id)
        let volume = try await volumes.volume(of: id)
        let find = find
        let (rule, model) = try await OffloadedWork.run {
            do {
                let found = try find(job)
                return (found.intensity, try found.load())
            } catch {
                throw ReviewError(
                    .unprocessableContent,
                    "NO_MODEL",
                    "the model of this job cannot be asked: \(CommandFailure(describing: error).message)"
                )
            }
        }
        return PromptDesk(
            prompting: SlicePrompting(model: model, plane: images.volume.stack.planes[0]),
            session: sessions.session(.init(job: id.rawValue, user: user.name)),
            volume: volume,
            slices: 0..<images.volume.count,
            scaling: try await scaling(of: id, volume, rule),
            isInverted: images.series.headers[images.volume.frames[0].headerIndex].pixels.isInverted
        )
    }

    private func job(_ id: JobID) async throws -> Job {
        guard let job = try await volumes.surroundings.ledger.job(id) else {
            throw ReviewError.notFound("there is no such job")
        }
        return job
    }

    /// How values become bytes: by the whole volume, as when the job was annotated.
    private func scaling(
        of id: JobID,
        _ volume: DecodedVolume,
        _ rule: IntensityStatistics.Rule
    ) async throws -> IntensityScaling {
        if let known = scalings.withLock({ $0[id] }) { return known }
        do throws(DecodedVolume.Failure) {
            let coding = try await volume.coding()
            var statistics = IntensityStatistics(rule: rule)
            for (index, count) in try await volume.counts().enumerated() where count > 0 {
                statistics.add(coding.value(Int16(index - 32_768)), times: count)
            }
            let scaling = statistics.scaling()
            scalings.withLock { scalings in
                if scalings.count > 256 { scalings = [:] }
                scalings[id] = scaling
            }
            return scaling
        } catch {
            throw ReviewError.unreadableImages(error.reason)
        }
    }

    private func allowing<Answer>(_ user: ReviewUser, _ body: () async throws -> Answer) async throws -> Answer {
        do throws(PromptAllowance.Refusal) {
            try allowance.begin(user.name)
        } catch {
            throw ReviewError.tooFast
        }
        defer { allowance.end(user.name) }
        do {
            return try await body()
        } catch let error as ModelError {
            switch error {
            case .unsupportedPrompt(let detail): throw ReviewError(.unprocessableContent, "PROMPT", detail)
            case .invalidInput(let detail): throw ReviewError(.unprocessableContent, "PROMPT", detail)
            }
        }
    }

    /// The most points that ``PromptDesk`` takes.
    static var pointLimit: Int { mostPoints }
}

/// A job with the model that it was planned with, not loaded yet.
struct PromptableJob: Sendable {
    let name: String
    /// Of `box`, `points` and `mask` those that the model was trained for.
    let takes: [String]
    let intensity: IntensityStatistics.Rule
    let load: @Sendable () throws -> LoadedModel

    init(
        name: String,
        takes: [String],
        intensity: IntensityStatistics.Rule,
        load: @escaping @Sendable () throws -> LoadedModel
    ) {
        self.name = name
        self.takes = takes
        self.intensity = intensity
        self.load = load
    }
}

/// Wall-clock times.
enum Timing {
    static func milliseconds<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
        let start = ContinuousClock.now
        let value = try body()
        let elapsed = (ContinuousClock.now - start).components
        return (value, Double(elapsed.seconds) * 1e3 + Double(elapsed.attoseconds) * 1e-15)
    }
}

extension ReviewError {
    fileprivate static let tooFast = ReviewError(
        .tooManyRequests,
        "BUSY",
        "the model is still at your last question",
        remedy: "Wait a moment and ask again."
    )

    static func unreadableImages(_ reason: String) -> ReviewError {
        ReviewError(.unprocessableContent, "IMAGES", "these images cannot be decoded (\(reason))")
    }
}
