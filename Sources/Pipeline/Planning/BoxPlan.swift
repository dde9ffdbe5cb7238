import Atlas
import DICOMFiles
import Geometry
import Profiles
import SegmentAnything

/// The boxes that a profile and its atlas give a series, before any network is asked: what `profiles explain` shows.
public struct BoxPlan: Sendable {
    /// The boxes of one segment.
    public struct Segment: Sendable, Encodable {
        /// The segment's id in the profile.
        public let id: String
        /// Segment Label (0062,0005).
        public let label: String
        /// How many boxes there are.
        public let boxes: Int
        /// Numbers of the first and the last slice with a box, from 1 in the order of the slices' positions; `nil` without one.
        public let slices: [Int]?
        /// mm along the slices' normal (LPS) of the first and the last of these slices.
        public let extent: [Double]?
        /// mm: rows and columns of the smallest box that holds all of its boxes.
        public let size: [Double]?
        /// Why there is no box.
        public let note: String?
    }

    /// In the order of the profile.
    public let segments: [Segment]
    /// The registration's scores by name.
    public let scores: [String: Double]
    /// Every atlas that was laid over the series; `nil` where there was only one, or none.
    public let votes: [Receipt.AtlasVote]?
    /// Why a person has to prompt; then there are no boxes.
    public let refusal: (code: String, message: String)?

    /// Plans a series with a profile; reads every slice and registers the atlases, which takes some seconds each.
    public init(_ profile: Profile, atlases: [LoadedAtlas], series: ImageSeries) throws {
        guard let volume = series.volume else { throw AnnotationError.noVolume(series.problem ?? .badGeometry) }
        if let refusal = ProfileRefusal(profile, hasAtlas: !atlases.isEmpty, series: series, volume: volume) {
            self.init(refusing: refusal.code, refusal.message)
            return
        }
        var reader = VolumeReader(volume)
        let planner = ProfilePlanner(profile: profile, atlases: atlases)
        switch try planner.plan(volume, modality: series.modality, values: { try reader.slice(at: $0) }) {
        case .needsPrompt(let code, let message): self.init(refusing: code, message)
        case .plan(let plan): self.init(plan, of: profile, stack: volume.stack)
        }
    }

    private init(refusing code: String, _ message: String) {
        segments = []
        scores = [:]
        votes = nil
        refusal = (code, message)
    }

    private init(_ plan: PromptPlan, of profile: Profile, stack: SliceStack) {
        segments = profile.segments.enumerated().map { index, segment in
            let boxes = plan.prompts.enumerated().flatMap { slice, prompts in
                prompts.filter { $0.segment == index }.compactMap { prompt in prompt.prompt.box.map { (slice, $0) } }
            }
            let plane = stack.planes[0]
            let slices = boxes.first.flatMap { first in boxes.last.map { [first.0, $0.0] } }
            let width = (boxes.map(\.1.x1).max() ?? 0) - (boxes.map(\.1.x0).min() ?? 0)
            let height = (boxes.map(\.1.y1).max() ?? 0) - (boxes.map(\.1.y0).min() ?? 0)
            return Segment(
                id: segment.id,
                label: segment.label,
                boxes: boxes.count,
                slices: slices.map { $0.map { $0 + 1 } },
                extent: slices.map { $0.map { stack.planes[$0].offset(along: stack.normal) } },
                size: boxes.isEmpty ? nil : [height * plane.rowSpacing, width * plane.columnSpacing],
                note: boxes.isEmpty ? plan.withoutPrompt[index] ?? "no slice has enough of it" : nil
            )
        }
        scores = plan.atlas?.scores ?? [:]
        votes = plan.votes
        refusal = nil
    }
}
