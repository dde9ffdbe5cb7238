import DICOMFiles
import DICOMSegmentation
import Geometry
import SegmentAnything

/// Runs the network over the slices of a volume: each slice is read and encoded once for each intensity scaling, and all
/// its prompts are decoded from that one embedding in one batch.
struct SliceSegmenter {
    /// What the network said to one prompt.
    struct Answer {
        let slice: Int
        let segment: Int
        let prompt: Prompt
        let predictedIoU: Float
        let mask: FrameMask
    }

    let plan: PromptPlan
    let network: any SegmentationModel
    /// The scaling of each intensity rule that the plan's segments use.
    let scalings: [IntensityStatistics.Rule: IntensityScaling]
    private var source: GreySlices

    /// Wall-clock seconds of the parts, summed over slices.
    private(set) var readSeconds = 0.0
    private(set) var encodeSeconds = 0.0
    private(set) var decodeSeconds = 0.0

    init(
        volume: ImageVolume,
        plan: PromptPlan,
        network: any SegmentationModel,
        scalings: [IntensityStatistics.Rule: IntensityScaling],
        isInverted: Bool
    ) {
        self.plan = plan
        self.network = network
        self.scalings = scalings
        source = GreySlices(volume, isInverted: isInverted)
    }

    /// Segments every prompted slice in ascending order. `grey` gets the bytes of each slice as the first of its
    /// segments sees them; returning `false` from `goOn` stops.
    mutating func run(
        goOn: (_ done: Int, _ total: Int) -> Bool,
        grey: (_ slice: Int, _ bytes: [UInt8]) -> Void
    ) throws -> [Answer] {
        var answers: [Answer] = []
        let slices = plan.promptedSlices
        for (done, slice) in slices.enumerated() {
            guard goOn(done, slices.count) else { throw AnnotationError.cancelled }
            let (values, seconds) = try Stopwatch.measure { try source.values(at: slice) }
            readSeconds += seconds
            var isFirst = true
            for rule in rules(of: slice) {
                guard let scaling = scalings[rule] else { preconditionFailure("every rule has a scaling") }
                let image = source.image(of: values, scaling)
                if isFirst { grey(slice, image.pixels) }
                isFirst = false
                answers += try segment(slice, image, rule: rule)
            }
        }
        guard goOn(slices.count, slices.count) else { throw AnnotationError.cancelled }
        return answers
    }

    private mutating func segment(
        _ slice: Int,
        _ image: SliceImage,
        rule: IntensityStatistics.Rule
    ) throws -> [Answer] {
        let asked = plan.prompts[slice].filter { plan.segments[$0.segment].intensity == rule }
        let (embedding, encoding) = try Stopwatch.measure { try network.encode(image) }
        encodeSeconds += encoding
        let (predictions, decoding) = try Stopwatch.measure {
            try network.decode(asked.map(\.prompt), on: embedding)
        }
        decodeSeconds += decoding
        return zip(asked, predictions).map { question, prediction in
            Answer(
                slice: slice,
                segment: question.segment,
                prompt: question.prompt,
                predictedIoU: prediction.predictedIoU,
                mask: FrameMask(rows: image.rows, columns: image.columns, pixels: prediction.pixels)
            )
        }
    }

    /// The different rules of a slice's segments, in the order of the segments.
    private func rules(of slice: Int) -> [IntensityStatistics.Rule] {
        var found: [IntensityStatistics.Rule] = []
        for prompt in plan.prompts[slice] {
            let rule = plan.segments[prompt.segment].intensity
            if !found.contains(rule) { found.append(rule) }
        }
        return found
    }
}

/// Measures wall-clock seconds with a clock that never steps back.
enum Stopwatch {
    static func measure<Result>(_ body: () throws -> Result) rethrows -> (Result, Double) {
        let start = ContinuousClock.now
        let result = try body()
        return (result, seconds(since: start))
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = start.duration(to: .now).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
}
