import DICOMFiles
import DICOMSegmentation
import Geometry
import Profiles
import SegmentAnything

/// Puts the prompts of a file on the slices that they name.
struct PromptFilePlanner {
    let file: PromptFile
    /// Of the series.
    let modality: String

    /// Finds the slice of every prompt; a prompt for an image that the volume does not have is an error.
    func plan(_ volume: ImageVolume) throws(AnnotationError) -> PromptPlan {
        var slices: [String: Int] = [:]
        for (index, frame) in volume.frames.enumerated() {
            slices[Self.key(frame.sopInstanceUID, frame.frameNumber ?? 1)] = index
        }
        var prompts = [[PromptPlan.SlicePrompt]](repeating: [], count: volume.count)
        for (index, segment) in file.segments.enumerated() {
            for (position, prompt) in segment.prompts.enumerated() {
                let place = "segments[\(index)].prompts[\(position)]"
                guard let slice = slices[Self.key(prompt.sopInstanceUID, prompt.frame)] else {
                    throw .prompt("\(place): the series has no image \(prompt.sopInstanceUID) frame \(prompt.frame)")
                }
                let planned = try Self.prompt(prompt, rows: volume.rows, columns: volume.columns, place: place)
                prompts[slice].append(.init(segment: index, prompt: planned))
            }
        }
        return PromptPlan(
            segments: file.segments.enumerated().map(planned),
            prompts: prompts,
            atlas: nil,
            withoutPrompt: [:],
            parameters: "prompts given by a person or another program"
        )
    }

    private static func key(_ sop: String, _ frame: Int) -> String { "\(sop)#\(frame)" }

    private static func prompt(
        _ prompt: PromptFile.SlicePrompt,
        rows: Int,
        columns: Int,
        place: String
    ) throws(AnnotationError) -> Prompt {
        if let box = prompt.box {
            guard box.x1 > 0, box.y1 > 0, box.x0 < Double(columns), box.y0 < Double(rows) else {
                throw .prompt("\(place).box: it lies outside of the image of \(columns) × \(rows) pixels")
            }
        }
        for (index, point) in prompt.points.enumerated() {
            guard point.x >= 0, point.y >= 0, point.x < Double(columns), point.y < Double(rows) else {
                throw .prompt("\(place).points[\(index)]: it lies outside of the image of \(columns) × \(rows) pixels")
            }
        }
        return Prompt(
            box: prompt.box.map { Prompt.Box(x0: $0.x0, y0: $0.y0, x1: $0.x1, y1: $0.y1) },
            points: prompt.points.map { Prompt.Point(x: $0.x, y: $0.y, label: $0.isForeground ? 1 : 0) }
        )
    }

    private func planned(_ index: Int, _ segment: PromptFile.Segment) -> PromptPlan.Segment {
        PromptPlan.Segment(
            label: segment.label,
            category: CodedConcept(segment.category),
            type: CodedConcept(segment.type),
            modifiers: segment.modifier.map { [CodedConcept($0)] } ?? [],
            colour: segment.colour.map(DisplayColour.init) ?? Self.palette[index % Self.palette.count],
            trackingID: "prompts/\(index + 1)/\(segment.label)",
            atlasLabel: nil,
            isAutomatic: false,
            // A person asked for this mask: what the network thinks of it decides nothing.
            minimumPredictedIoU: -.infinity,
            keepsLargestComponent: false,
            fillsHoles: false,
            expectedVolume: nil,
            intensity: segment.window.map { .window(low: $0.low, high: $0.high) } ?? defaultIntensity
        )
    }

    /// LiteMedSAM's published rule: a soft-tissue window (level 40, width 400) for CT, percentiles for all else.
    private var defaultIntensity: IntensityStatistics.Rule {
        modality == "CT" ? .window(low: -160, high: 240) : .percentiles(low: 0.5, high: 99.5)
    }

    private static let palette = [
        DisplayColour(red: 230, green: 159, blue: 0), DisplayColour(red: 86, green: 180, blue: 233),
        DisplayColour(red: 0, green: 158, blue: 115), DisplayColour(red: 240, green: 228, blue: 66),
        DisplayColour(red: 213, green: 94, blue: 0), DisplayColour(red: 204, green: 121, blue: 167),
    ]
}
