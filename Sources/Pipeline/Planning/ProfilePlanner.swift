import Atlas
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Geometry
import Profiles
import SegmentAnything

/// Turns a profile and its atlas into boxes: one for each slice and segment that the registered prior covers.
struct ProfilePlanner {
    let profile: Profile
    let atlas: LoadedAtlas?

    /// Plans the prompts of a volume; `values` gives the modality values of a slice of the stack.
    func plan(
        _ volume: ImageVolume,
        modality: String,
        values: (Int) throws -> [Float]
    ) throws -> PlanningOutcome {
        guard let atlas else {
            return .needsPrompt(
                code: "NO_ATLAS",
                message: "profile \(profile.id) has no atlas: its boxes come from people"
            )
        }
        let name = atlas.atlas.description.name
        // Of several atlases one may lack what another has: then its segment gets no box.
        let labels = Set(atlas.atlas.description.labels.map(\.name))
        let problems = profile.atlases.count > 1 ? [] : profile.problems(withAtlasLabels: labels)
        guard problems.isEmpty else {
            throw AnnotationError.profile(problems.map(\.description).joined(separator: "\n"))
        }
        guard let targetModality = AtlasModality(rawValue: modality) else {
            return .needsPrompt(code: "MODALITY", message: "an atlas cannot be registered to modality \(modality)")
        }
        let target = try AtlasTarget(stack: volume.stack, modality: targetModality, values: values)
        let alignment: AtlasAlignment
        do {
            alignment = try AtlasRegistration(options: .init(profile.registration)).register(target, to: atlas.atlas)
        } catch {
            let code = error.reasonCode.uppercased().replacing("-", with: "_")
            return .needsPrompt(code: code, message: error.description)
        }
        return .plan(plan(from: alignment, name: name, digest: atlas))
    }

    private func plan(from alignment: AtlasAlignment, name: String, digest atlas: LoadedAtlas) -> PromptPlan {
        let table = atlas.atlas.description
        var prompts = [[PromptPlan.SlicePrompt]](repeating: [], count: alignment.target.stack.planes.count)
        var withoutPrompt: [Int: String] = [:]
        var priors: [Int: SegmentMask] = [:]
        let stack = alignment.target.stack
        let planners = planners(for: alignment)
        let plane = stack.planes[0]
        for (index, segment) in profile.segments.enumerated() {
            guard let labelName = segment.atlasLabel, let label = table.label(named: labelName) else {
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
        return PromptPlan(
            segments: profile.segments.map { planned($0).cleaned(by: $0.cleaning) },
            prompts: prompts,
            atlas: Receipt.Atlas(name: name, sha256: atlas.digest, scores: Self.scores(alignment)),
            withoutPrompt: withoutPrompt,
            parameters: "atlas \(name) \(atlas.digest.hex.prefix(12)), one box per slice",
            priors: priors
        )
    }

    /// One planner for all segments with the same options: warping the labels is the costly part.
    private func planners(for alignment: AtlasAlignment) -> [BoxPlanner.Options: BoxPlanner] {
        let groups = Dictionary(grouping: profile.segments) {
            Self.options(of: $0, on: alignment.target.stack.planes[0])
        }
        return groups.reduce(into: [:]) { planners, group in
            let labels = group.value.compactMap { segment in
                segment.atlasLabel.flatMap { alignment.atlas.description.label(named: $0)?.id }
            }
            planners[group.key] = BoxPlanner(alignment, labels: labels, options: group.key)
        }
    }

    private static func options(of segment: ProfileSegment, on plane: PlaneGeometry) -> BoxPlanner.Options {
        var options = BoxPlanner.Options()
        options.margins = SideMargins(segment.prompt.margins, on: plane)
        options.minimumArea = segment.prompt.minimumArea
        return options
    }

    private static func scores(_ alignment: AtlasAlignment) -> [String: Double] {
        [
            "zProfile": alignment.score, "likeness": alignment.similarity, "widthRatio": alignment.widthRatio,
            "depthRatio": alignment.depthRatio,
        ]
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
