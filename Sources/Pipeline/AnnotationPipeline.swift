import Atlas
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Glibc
import Profiles
import SegmentAnything
import Tensors

/// One series end to end: read, plan prompts, segment, write, verify.
///
/// Runs on the calling thread and keeps it busy for as long as the work takes. It may be killed at any moment and run
/// again: names and UIDs follow from the input, so the second run leaves the same result in the same place.
public struct AnnotationPipeline: Sendable {
    /// Told of each step and of each finished slice; returning `false` stops the run with ``AnnotationError/cancelled``.
    public typealias Progress = (_ step: AnnotationStep, _ done: Int, _ total: Int) -> Bool

    /// Where results go; folders are made as needed.
    public let output: RawPath

    /// A pipeline that writes below a folder.
    public init(output: RawPath) {
        self.output = output
    }

    /// Annotates a series.
    ///
    /// - Throws: ``AnnotationError``, `DICOMFileError` for a source that cannot be read, `SegmentationError` for a result
    ///   that is not right, `FileError` when the file system refuses.
    public func run(
        _ request: AnnotationRequest,
        progress: Progress = { _, _, _ in true }
    ) throws -> AnnotationOutcome {
        let start = ContinuousClock.now
        guard let volume = request.series.volume else {
            throw AnnotationError.noVolume(request.series.problem ?? .badGeometry)
        }
        if case .profile(let profile, let atlases) = request.source,
            let refusal = ProfileRefusal(profile, hasAtlas: !atlases.isEmpty, series: request.series, volume: volume)
        {
            return .needsPrompt(code: refusal.code, message: refusal.message)
        }
        var seconds = Receipt.Seconds()
        let (outcome, planning) = try Stopwatch.measure { try plan(request, volume, progress) }
        seconds.prior = planning
        guard case .plan(var plan, let scalings) = outcome else {
            guard case .needsPrompt(let code, let message) = outcome else { preconditionFailure("two outcomes") }
            return .needsPrompt(code: code, message: message)
        }
        let scratch = MaskScratch(in: scratchFolder)
        plan.priors = plan.priors.mapValues(scratch.putAside)
        var preview = PreviewCollector(slices: plan.promptedSlices)
        var segmenter = SliceSegmenter(
            volume: volume,
            plan: plan,
            network: request.model.network,
            scalings: scalings,
            isInverted: request.series.headers[volume.frames[0].headerIndex].pixels.isInverted,
            scratch: scratch
        )
        let answers = try segmenter.run(
            goOn: { progress(.segmenting, $0, $1) },
            grey: { preview.add($1, at: $0) }
        )
        seconds.read = segmenter.readSeconds
        seconds.encode = segmenter.encodeSeconds
        seconds.decode = segmenter.decodeSeconds
        let bySegment = Dictionary(grouping: answers, by: \.segment)
        var results = plan.segments.indices.map { index in
            SegmentResult(
                segment: plan.segments[index],
                answers: bySegment[index] ?? [],
                prior: plan.priors[index],
                withholds: request.withholds,
                stack: volume.stack,
                scratch: scratch
            )
        }
        try ExpectedRanges(volume: volume).apply(to: &results, withholds: request.withholds)
        guard progress(.writing, 0, 1) else { throw AnnotationError.cancelled }
        // Nothing is computed any more: what the network worked in need not be added to what writing takes.
        TensorMemory.giveBack()
        var writer = ResultWriter(request: request, volume: volume, plan: plan, results: results, output: output)
        writer.scratch = scratch
        writer.scalings = plan.intensityRules.compactMap { scalings[$0] }
        if let refusal = SeriesVerdict(results).refusal {
            try writer.writeProposal(preview: preview)
            return .needsPrompt(code: refusal.code, message: refusal.message)
        }
        let result = try writer.write(preview: preview, seconds: seconds, start: start)
        _ = progress(.writing, 1, 1)
        return .annotated(result)
    }

    /// Where results go, or the folder above it that exists: a run that fails leaves no folder behind.
    private var scratchFolder: RawPath {
        var folder = output
        while folder.withCString({ access($0, W_OK) }) != 0, folder.parent != folder { folder = folder.parent }
        return folder
    }

    private enum Planned {
        case plan(PromptPlan, [IntensityStatistics.Rule: IntensityScaling])
        case needsPrompt(code: String, message: String)
    }

    /// Reads the volume once: for the registration and for the intensity scaling.
    private func plan(
        _ request: AnnotationRequest,
        _ volume: ImageVolume,
        _ progress: Progress
    ) throws -> Planned {
        let values = VolumeValues(volume)
        defer { values.stop() }
        var read = Set<Int>()
        func next(_ slice: Int) throws -> [Float] {
            guard progress(.planning, min(read.count, volume.count), volume.count) else {
                throw AnnotationError.cancelled
            }
            return try values.slice(at: slice)
        }
        switch request.source {
        case .prompts(let file, _):
            let plan = try PromptFilePlanner(file: file, modality: request.series.modality).plan(volume)
            try check(plan, request.model)
            var statistics = Self.statistics(of: plan)
            for slice in 0..<volume.count {
                let values = try next(slice)
                read.insert(slice)
                for rule in statistics.keys { statistics[rule]?.add(values) }
            }
            return .plan(plan, statistics.mapValues { $0.scaling() })
        case .profile(let profile, let atlases):
            let rule = IntensityStatistics.Rule(profile.intensity)
            var statistics = IntensityStatistics(rule: rule)
            let outcome = try ProfilePlanner(profile: profile, atlases: atlases).plan(
                volume,
                modality: request.series.modality
            ) { slice in
                let values = try next(slice)
                if read.insert(slice).inserted { statistics.add(values) }
                return values
            }
            switch outcome {
            case .needsPrompt(let code, let message): return .needsPrompt(code: code, message: message)
            case .plan(let plan):
                for slice in 0..<volume.count where !read.contains(slice) { statistics.add(try next(slice)) }
                return .plan(plan, [rule: statistics.scaling()])
            }
        }
    }

    /// Refuses prompts that the network does not take before any slice is encoded.
    private func check(_ plan: PromptPlan, _ model: LoadedModel) throws(AnnotationError) {
        guard !model.network.traits.takesPoints else { return }
        let hasPoints = plan.prompts.joined().contains { !$0.prompt.points.isEmpty }
        guard !hasPoints else {
            throw .prompt(
                "the model \(model.name) (\(model.network.traits.architecture)) was trained with boxes alone and gives "
                    + "useless masks for points: give boxes, or use a model that takes points"
            )
        }
    }

    private static func statistics(of plan: PromptPlan) -> [IntensityStatistics.Rule: IntensityStatistics] {
        plan.intensityRules.reduce(into: [:]) { $0[$1] = IntensityStatistics(rule: $1) }
    }
}
