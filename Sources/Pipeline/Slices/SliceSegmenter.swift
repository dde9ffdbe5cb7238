import DICOMFiles
import DICOMSegmentation
import Geometry
import SegmentAnything
import Tensors

/// Runs the network over the prompted slices of a volume: each is read and encoded once for each intensity scaling, and all
/// its prompts are decoded from that one embedding in one batch.
///
/// Three things go on at a time: a helper thread reads the next slices, the calling thread computes, and another helper
/// turns logits into masks. Each waits for the next when it is a few slices ahead, so memory does not grow with the
/// series but for the masks' places in a file. What comes out does not depend on who was faster.
struct SliceSegmenter {
    /// What the network said to one prompt.
    struct Answer: Sendable {
        let slice: Int
        let segment: Int
        let prompt: Prompt
        let predictedIoU: Float
        let mask: FrameMask
    }

    /// How many slices are read ahead of the network.
    static let slicesAhead = 4
    /// How many slices may wait for their masks; the logits of one prompt of a 512 × 512 slice take 1 MiB.
    static let slicesBehind = 2
    /// After how many slices free memory is given back.
    static let slicesBetweenTrims = 64

    let volume: ImageVolume
    let plan: PromptPlan
    let network: any SegmentationModel
    /// The scaling of each intensity rule that the plan's segments use.
    let scalings: [IntensityStatistics.Rule: IntensityScaling]
    let isInverted: Bool
    /// Where masks go as soon as they are made.
    let scratch: MaskScratch

    /// Seconds of the parts, summed over slices. They overlap: together they may be more than the time that passed.
    private(set) var readSeconds = 0.0
    private(set) var encodeSeconds = 0.0
    private(set) var decodeSeconds = 0.0

    init(
        volume: ImageVolume,
        plan: PromptPlan,
        network: any SegmentationModel,
        scalings: [IntensityStatistics.Rule: IntensityScaling],
        isInverted: Bool,
        scratch: MaskScratch
    ) {
        self.scratch = scratch
        self.volume = volume
        self.plan = plan
        self.network = network.turned(SliceTurn(volume.stack.planes[0]))
        self.scalings = scalings
        self.isInverted = isInverted
    }

    /// Segments every prompted slice in ascending order. `grey` gets the bytes of each slice as the first of its
    /// segments sees them; returning `false` from `goOn` stops.
    mutating func run(
        goOn: (_ done: Int, _ total: Int) -> Bool,
        grey: (_ slice: Int, _ bytes: [UInt8]) -> Void
    ) throws -> [Answer] {
        let slices = plan.promptedSlices
        let reader = reader(of: slices)
        defer { reader.stop() }
        let finisher = FinishBehind(behind: Self.slicesBehind) { [scratch] (decoded: DecodedSlice) in
            decoded.answers(in: scratch)
        }
        defer { finisher.stop() }
        for (done, slice) in slices.enumerated() {
            guard goOn(done, slices.count) else { throw AnnotationError.cancelled }
            guard let read = try reader.next() else { preconditionFailure("every prompted slice is read") }
            // Threads hand memory to one another, and each keeps what it was handed for later: holes that would add up.
            if done % Self.slicesBetweenTrims == 0 { TensorMemory.trimHeap() }
            readSeconds += read.seconds
            if let first = read.images.first { grey(slice, first.image.pixels) }
            for (rule, image) in read.images {
                let asked = plan.prompts[slice].filter { plan.segments[$0.segment].intensity == rule }
                finisher.add(try segment(slice, image, asked))
            }
        }
        guard goOn(slices.count, slices.count) else { throw AnnotationError.cancelled }
        return finisher.outputs()
    }

    private mutating func segment(
        _ slice: Int,
        _ image: SliceImage,
        _ asked: [PromptPlan.SlicePrompt]
    ) throws -> DecodedSlice {
        let (embedding, encoding) = try Stopwatch.measure { try network.encode(image) }
        encodeSeconds += encoding
        let (predictions, decoding) = try Stopwatch.measure {
            try network.decode(asked.map(\.prompt), on: embedding)
        }
        decodeSeconds += decoding
        return DecodedSlice(slice: slice, asked: asked, predictions: predictions)
    }

    /// A slice as the network sees it, once for each rule of its segments.
    private struct ReadSlice: Sendable {
        let images: [(rule: IntensityStatistics.Rule, image: SliceImage)]
        let seconds: Double
    }

    /// A slice whose masks are still logits.
    private struct DecodedSlice: Sendable {
        let slice: Int
        let asked: [PromptPlan.SlicePrompt]
        let predictions: [MaskPrediction]

        func answers(in scratch: MaskScratch) -> [Answer] {
            zip(asked, predictions).map { question, prediction in
                Answer(
                    slice: slice,
                    segment: question.segment,
                    prompt: question.prompt,
                    predictedIoU: prediction.predictedIoU,
                    mask: scratch.putAside(prediction.mask)
                )
            }
        }
    }

    private func reader(of slices: [Int]) -> ReadAhead<ReadSlice> {
        let rules = slices.map { self.rules(of: $0) }
        return ReadAhead(count: slices.count, ahead: Self.slicesAhead) { [volume, scalings, isInverted] in
            var source = GreySlices(volume, isInverted: isInverted)
            return { index in
                let (images, seconds) = try Stopwatch.measure {
                    let values = try source.values(at: slices[index])
                    return rules[index].map { rule in
                        guard let scaling = scalings[rule] else { preconditionFailure("every rule has a scaling") }
                        return (rule: rule, image: source.image(of: values, scaling))
                    }
                }
                return ReadSlice(images: images, seconds: seconds)
            }
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
