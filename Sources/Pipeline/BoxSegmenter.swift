import DICOMFiles
import DICOMSegmentation
import Geometry
import SegmentAnything

/// Runs a network on given boxes of a volume and keeps its masks as they are: for evaluations, through the same code that
/// production runs.
public struct BoxSegmenter: Sendable {
    /// A box on one slice of the stack.
    public struct Question: Sendable, Hashable {
        /// Index into the stack's planes.
        public let slice: Int
        /// Source pixels.
        public let box: PixelBox
        /// Anything that tells the caller what the box is for.
        public let label: String

        /// A question from its parts.
        public init(slice: Int, box: PixelBox, label: String) {
            self.slice = slice
            self.box = box
            self.label = label
        }
    }

    /// What the network said.
    public struct Answer: Sendable {
        /// What was asked.
        public let question: Question
        /// Row-major bytes, 0 or 1.
        public let mask: [UInt8]
        /// What the network thinks the intersection over union with the truth is.
        public let predictedIoU: Float
    }

    /// The network.
    public let model: LoadedModel
    /// How modality values become bytes.
    public let intensity: IntensityStatistics.Rule
    /// Whether the series is MONOCHROME1.
    public let isInverted: Bool

    /// A segmenter for a series.
    public init(model: LoadedModel, intensity: IntensityStatistics.Rule, isInverted: Bool) {
        self.model = model
        self.intensity = intensity
        self.isInverted = isInverted
    }

    /// The answers, ascending by slice and in the order of the questions within one.
    public func run(
        _ questions: [Question],
        on volume: ImageVolume,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [Answer] {
        var slices = GreySlices(volume, isInverted: isInverted)
        let scaling = try slices.scaling(intensity)
        let network = model.network.turned(SliceTurn(volume.stack.planes[0]))
        let bySlice = Dictionary(grouping: questions, by: \.slice)
        var answers: [Answer] = []
        for (done, slice) in bySlice.keys.sorted().enumerated() {
            progress(done, bySlice.count)
            let asked = bySlice[slice] ?? []
            let embedding = try network.encode(try slices.image(at: slice, scaling))
            let predictions = try network.decode(asked.map { Prompt(box: .init($0.box)) }, on: embedding)
            answers += zip(asked, predictions).map { question, prediction in
                Answer(
                    question: question,
                    mask: prediction.pixels,
                    predictedIoU: prediction.predictedIoU
                )
            }
        }
        progress(bySlice.count, bySlice.count)
        return answers
    }
}
