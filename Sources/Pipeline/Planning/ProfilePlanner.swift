import Atlas
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Geometry
import Profiles
import SegmentAnything

/// Turns a profile and its atlases into boxes: one for each slice and segment that the registered prior covers.
struct ProfilePlanner {
    let profile: Profile
    /// Those that vote, in the order of the profile.
    let atlases: [LoadedAtlas]

    /// Plans the prompts of a volume; `values` gives the modality values of a slice of the stack.
    func plan(
        _ volume: ImageVolume,
        modality: String,
        values: (Int) throws -> [Float]
    ) throws -> PlanningOutcome {
        guard let first = atlases.first else {
            return .needsPrompt(
                code: "NO_ATLAS",
                message: "profile \(profile.id) has no atlas: its boxes come from people"
            )
        }
        // Of several atlases one may lack what another has, and one from a reviewed case what nobody drew there: then the
        // segment gets no box.
        let isNamedAlone = atlases.count == 1 && profile.atlases == [first.atlas.description.name]
        let labels = Set(first.atlas.description.labels.map(\.name))
        let problems = isNamedAlone ? profile.problems(withAtlasLabels: labels) : []
        guard problems.isEmpty else {
            throw AnnotationError.profile(problems.map(\.description).joined(separator: "\n"))
        }
        guard let targetModality = AtlasModality(rawValue: modality) else {
            return .needsPrompt(code: "MODALITY", message: "an atlas cannot be registered to modality \(modality)")
        }
        let target = try AtlasTarget(stack: volume.stack, modality: targetModality, values: values)
        let voters = AtlasVoters(atlases, over: target, rule: profile.registration)
        guard let vote = voters.vote else {
            guard let refusal = voters.refusal else { preconditionFailure("an atlas fits or is refused") }
            return .needsPrompt(code: refusal.code, message: refusal.message)
        }
        return .plan(plan(from: vote, of: voters, on: volume.stack))
    }

    private func plan(from vote: AtlasVote, of voters: AtlasVoters, on stack: SliceStack) -> PromptPlan {
        var prompts = [[PromptPlan.SlicePrompt]](repeating: [], count: stack.planes.count)
        var withoutPrompt: [Int: String] = [:]
        var priors: [Int: SegmentMask] = [:]
        let plane = stack.planes[0]
        let planners = planners(for: vote, on: plane)
        for (index, segment) in profile.segments.enumerated() {
            guard let labelName = segment.atlasLabel, let label = vote.label(named: labelName) else {
                withoutPrompt[index] = "the profile names no atlas label for it"
                continue
            }
            guard segment.isPromptable else {
                withoutPrompt[index] = "the profile leaves it to people: networks do not follow it"
                continue
            }
            let found = planners[Self.options(of: segment, on: plane)]?.boxes(of: label.id) { _, mask in
                FrameMask(rows: stack.rows, columns: stack.columns, pixels: mask)
            }
            let boxes = found?.boxes.slices ?? []
            priors[index] = SegmentMask(frames: stack.planes.indices.map { found?.kept[$0] })
            if boxes.isEmpty { withoutPrompt[index] = "the prior has no part of it in this series" }
            for box in boxes {
                prompts[box.slice].append(.init(segment: index, prompt: Prompt(box: .init(box.box))))
            }
        }
        var plan = PromptPlan(
            segments: profile.segments.map { planned($0).cleaned(by: $0.cleaning).judged(as: $0) },
            prompts: prompts,
            atlas: voters.foremost,
            withoutPrompt: withoutPrompt,
            parameters: voters.parameters,
            priors: priors
        )
        plan.votes = voters.votes
        return plan
    }

    /// One planner for all segments with the same options: warping the labels is the costly part.
    private func planners(for vote: AtlasVote, on plane: PlaneGeometry) -> [BoxPlanner.Options: BoxPlanner] {
        let groups = Dictionary(grouping: profile.segments) { Self.options(of: $0, on: plane) }
        return groups.reduce(into: [:]) { planners, group in
            let labels = group.value.compactMap { segment in
                segment.atlasLabel.flatMap { vote.label(named: $0)?.id }
            }
            planners[group.key] = BoxPlanner(vote, labels: labels, options: group.key)
        }
    }

    private static func options(of segment: ProfileSegment, on plane: PlaneGeometry) -> BoxPlanner.Options {
        var options = BoxPlanner.Options()
        options.margins = SideMargins(segment.prompt.margins, on: plane)
        options.minimumArea = segment.prompt.minimumArea
        options.maximumBoxes = segment.prompt.maximumBoxes
        return options
    }

    private func planned(_ segment: ProfileSegment) -> PromptPlan.Segment {
        PromptPlan.Segment(
            label: segment.label,
            category: CodedConcept(segment.category),
            type: CodedConcept(segment.type),
            modifiers: segment.modifiers.map(CodedConcept.init),
            colour: DisplayColour(segment.colour),
            trackingID: "\(profile.id)/\(segment.id)",
            atlasLabel: segment.atlasLabel,
            isAutomatic: true,
            minimumPredictedIoU: segment.gates.minimumPredictedIoU,
            keepsLargestComponent: segment.cleaning.keepsLargestComponent,
            fillsHoles: segment.cleaning.fillsHoles,
            expectedVolume: segment.expectedVolume,
            intensity: IntensityStatistics.Rule(profile.intensity),
            confidence: ConfidenceRule(segment)
        )
    }
}

extension PromptPlan.Segment {
    fileprivate func cleaned(by cleaning: ProfileSegment.MaskCleaning) -> PromptPlan.Segment {
        var segment = self
        segment.keptComponents = cleaning.keptComponents
        segment.smoothing = cleaning.smoothing
        return segment
    }

    fileprivate func judged(as profile: ProfileSegment) -> PromptPlan.Segment {
        var segment = self
        segment.expectedMean = profile.expectedMean
        segment.isWithheldOutOfRange = profile.gates.outOfRange == .withhold
        segment.review = profile.review
        return segment
    }
}

extension IntensityStatistics.Rule {
    /// The rule of a profile.
    public init(_ intensity: ProfileIntensity) {
        switch intensity {
        case .window(let low, let high): self = .window(low: low, high: high)
        case .percentiles(let low, let high): self = .percentiles(low: low, high: high)
        }
    }
}

extension Prompt.Box {
    /// Box edges and network coordinates are the same numbers: both count pixels from the corner of the first one.
    init(_ box: PixelBox) {
        self.init(x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1)
    }
}
