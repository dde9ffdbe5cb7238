import DICOMSegmentation
import Profiles
import SegmentAnything

/// What the network is to be asked: the segments, and for each slice its prompts.
struct PromptPlan {
    /// One structure that is looked for.
    struct Segment {
        let label: String
        let category: CodedConcept
        let type: CodedConcept
        let modifiers: [CodedConcept]
        let colour: DisplayColour
        /// The same for a structure in every series of a study.
        let trackingID: String
        let atlasLabel: String?
        let isAutomatic: Bool
        /// A slice's mask is dropped when the network thinks less of it.
        let minimumPredictedIoU: Double
        /// Only the largest connected body in three dimensions stays.
        let keepsLargestComponent: Bool
        /// Holes that are enclosed within a slice are filled.
        let fillsHoles: Bool
        /// A volume outside of it is reported.
        let expectedVolume: ProfileSegment.ValueRange?
        let intensity: IntensityStatistics.Rule
        /// When masks are believed and the segment is written; `nil` where a person prompts and no prior has a say.
        var confidence: ConfidenceRule?
        /// How many connected bodies in three dimensions stay, where it is not the largest alone; `nil` for all.
        var keptComponents: Int?
        /// mm: the standard deviation by which each slice's mask is blurred before it is cut at one half; 0 for none.
        var smoothing = 0.0
        /// A mean of the modality values in the mask outside of it is reported.
        var expectedMean: ProfileSegment.ValueRange?
        /// Whether a segment whose volume or mean is not what is expected is left out instead of being reported.
        var isWithheldOutOfRange = false
        /// What a person has to look at; `nil` for prompts of a person.
        var review: ProfileSegment.ReviewRule?
    }

    /// One question to the network.
    struct SlicePrompt: Sendable {
        let segment: Int
        let prompt: Prompt
    }

    let segments: [Segment]
    /// For each slice of the stack; empty where nothing is asked.
    let prompts: [[SlicePrompt]]
    let atlas: Receipt.Atlas?
    /// What to say of segments that got no prompt at all, by index.
    let withoutPrompt: [Int: String]
    /// Written into the SEG's algorithm parameters.
    let parameters: String
    /// Where the atlas expects each segment, by index; kept beside the result for those who look at it.
    var priors: [Int: SegmentMask] = [:]
    /// Every atlas that was laid over the series; `nil` where there was only one, or none.
    var votes: [Receipt.AtlasVote]?

    /// Slices that have a prompt, ascending.
    var promptedSlices: [Int] { prompts.indices.filter { !prompts[$0].isEmpty } }

    /// The rules of the segments, each once, in the order of the segments.
    var intensityRules: [IntensityStatistics.Rule] {
        segments.reduce(into: []) { rules, segment in
            if !rules.contains(segment.intensity) { rules.append(segment.intensity) }
        }
    }
}

/// What came of planning.
enum PlanningOutcome {
    case plan(PromptPlan)
    /// The prior is not good enough: a person has to prompt.
    case needsPrompt(code: String, message: String)
}

extension CodedConcept {
    init(_ code: ProfileCode) {
        self.init(value: code.value, scheme: code.scheme, meaning: code.meaning)
    }
}

extension DisplayColour {
    init(_ colour: RGBColour) {
        self.init(red: colour.red, green: colour.green, blue: colour.blue)
    }
}
