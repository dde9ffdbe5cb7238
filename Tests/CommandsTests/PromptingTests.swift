import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import HTTPTypes
import Ledger
import Pipeline
import Profiles
import ReviewWeb
import SegmentAnything
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Commands

/// A network whose answer anyone can compute: the box, where the slice is brighter than a threshold.
private final class BrightNetwork: SegmentationModel {
    let takesPoints: Bool
    let seen = Mutex<[[UInt8]]>([])
    let boxes = Mutex<[Prompt.Box]>([])
    let quality: Float

    init(takesPoints: Bool = false, quality: Float = 0.9) {
        self.takesPoints = takesPoints
        self.quality = quality
    }

    var traits: ModelTraits {
        ModelTraits(architecture: "box", inputSize: 64, takesPoints: takesPoints, takesMasks: false)
    }

    func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding {
        seen.withLock { $0.append(image.pixels) }
        return ImageEmbedding(
            features: Tensor(image.pixels.map(Float.init), shape: [image.pixels.count, 1]),
            grid: 1,
            sourceRows: image.rows,
            sourceColumns: image.columns
        )
    }

    func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] {
        prompts.map { prompt in
            let box = prompt.box ?? Prompt.Box(x0: 0, y0: 0, x1: 0, y1: 0)
            boxes.withLock { $0.append(box) }
            let bright = embedding.features.values
            let columns = embedding.sourceColumns
            let logits = bright.indices.map { index -> Float in
                let (x, y) = (Double(index % columns) + 0.5, Double(index / columns) + 0.5)
                let isInside = x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1
                return isInside && bright[index] > 100 ? 1 : -1
            }
            return MaskPrediction(
                lowResLogits: Tensor([0], shape: [1, 1]),
                logits: Tensor(logits, shape: [embedding.sourceRows, columns]),
                predictedIoU: quality
            )
        }
    }
}

@Suite("Prompts on the page")
struct PromptingTests {
    private static let anna = DrawingPlace.user

    private static func prompting(
        _ place: DrawingPlace,
        _ network: BrightNetwork,
        _ rule: IntensityStatistics.Rule = .window(low: -160, high: 240),
        limits: PromptAllowance.Limits = .init()
    ) throws -> ModelPrompting {
        let digest = SHA256Digest(of: [1])
        let profiles = try SiteProtocols(
            profiles: ProfileCatalogue(RawPath(SharedFiles.repository.appending(path: "profiles").path))
        )
        let volumes = JobVolumes(
            .init(
                ledger: place.ledger,
                store: place.store,
                results: place.results,
                decoder: InProcessVolumeDecoder(),
                reader: InProcessImagingReader(),
                protocols: profiles
            )
        )
        return ModelPrompting(volumes: volumes, allowance: PromptAllowance(limits)) { _ in
            PromptableJob(name: "box", takes: ["box"], intensity: rule) {
                LoadedModel(name: "box", digest: digest, precision: "fp32", network: network)
            }
        }
    }

    private static func status(_ body: () async throws -> Void) async -> Int? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ReviewError)?.status.code
        }
    }

    @Test("The network sees a slice as it does when jobs are annotated", arguments: ["plain", "mr", "monochrome1"])
    func preparationIsProductions(series: String) async throws {
        try await DrawingPlace.run(series) { place in
            let rules: [IntensityStatistics.Rule] = [.window(low: -160, high: 240), .percentiles(low: 0.5, high: 99.5)]
            for rule in rules {
                let network = BrightNetwork()
                let prompting = try Self.prompting(place, network, rule)
                _ = try await prompting.prompt(.init(slice: 4, box: [2, 2, 20, 20]), on: place.job, by: Self.anna)
                var statistics = IntensityStatistics(rule: rule)
                var reader = VolumeReader(place.volume)
                try reader.forEachSlice { _, values in statistics.add(values) }
                let expected = statistics.scaling().bytes(
                    try reader.slice(at: 4),
                    inverted: place.series.headers[0].pixels.isInverted
                )
                #expect(network.seen.withLock { $0 } == [expected])
            }
        }
    }

    @Test("Boxes count from the centre of the first pixel, and a slice is encoded once")
    func coordinatesAreMoved() async throws {
        try await DrawingPlace.run { place in
            let network = BrightNetwork()
            let prompting = try Self.prompting(place, network)
            let first = try await prompting.prompt(
                .init(slice: 4, box: [2.5, 3.5, 20, 21]),
                on: place.job,
                by: Self.anna
            )
            #expect(network.boxes.withLock { $0.first } == Prompt.Box(x0: 3, y0: 4, x1: 20.5, y1: 21.5))
            #expect(first.encodeMS > 0)
            let second = try await prompting.prompt(.init(slice: 4, box: [0, 0, 9, 9]), on: place.job, by: Self.anna)
            #expect(second.encodeMS == 0)
            #expect(network.seen.withLock { $0.count } == 1)
            let mask = try MaskRuns(bytes: Array(first.runs)).frame(rows: 30, columns: 37)
            #expect(!mask.isEmpty)
            for row in 0..<30 {
                for column in 0..<37 where mask[row: row, column: column] {
                    #expect(3...20 ~= column && 4...21 ~= row)
                }
            }
        }
    }

    @Test("What the model does not take, and what lies outside, is refused with words")
    func wrongPromptsAreRefused() async throws {
        try await DrawingPlace.run { place in
            let prompting = try Self.prompting(place, BrightNetwork())
            let wrong: [(SlicePromptQuestion, Int)] = [
                (.init(slice: 4, points: [[3, 3, 1]]), 422), (.init(slice: 4, box: [1, 1, 5, 5], mask: Data()), 422),
                (.init(slice: 4), 422), (.init(slice: 4, box: [5, 5, 1, 1]), 422),
                (.init(slice: 4, box: [1, 1, 5]), 422),
                (.init(slice: 4, box: [100, 1, 200, 5]), 422), (.init(slice: 99, box: [1, 1, 5, 5]), 404),
                (.init(slice: 4, box: [.nan, 1, 5, 5]), 422),
            ]
            for (question, expected) in wrong {
                let status = await Self.status {
                    _ = try await prompting.prompt(question, on: place.job, by: Self.anna)
                }
                #expect(status == expected)
            }
            let unknown = await Self.status {
                _ = try await prompting.prompt(
                    .init(slice: 0, box: [1, 1, 5, 5]),
                    on: JobID(rawValue: 99),
                    by: Self.anna
                )
            }
            #expect(unknown == 404)
        }
    }

    @Test("Who asks faster than the machine should answer has to wait, and nobody else")
    func speedIsLimited() async throws {
        try await DrawingPlace.run { place in
            let prompting = try Self.prompting(place, BrightNetwork(), limits: .init(burst: 2, perSecond: 0))
            func ask(_ slice: Int, _ user: String) async -> Int? {
                await Self.status {
                    _ = try await prompting.prompt(
                        .init(slice: slice, box: [1, 1, 9, 9]),
                        on: place.job,
                        by: ReviewUser(name: user, role: .reviewer)
                    )
                }
            }
            #expect(await ask(1, "anna") == nil)
            #expect(await ask(2, "anna") == nil)
            #expect(await ask(3, "anna") == 429)
            // What was encoded before costs nothing.
            #expect(await ask(1, "anna") == nil)
            #expect(await ask(3, "bert") == nil)
        }
    }

    @Test("A mask is carried on until the volume ends")
    func masksAreCarriedOn() async throws {
        try await DrawingPlace.run { place in
            let prompting = try Self.prompting(place, BrightNetwork())
            let start = try await prompting.prompt(.init(slice: 4, box: [5, 5, 25, 25]), on: place.job, by: Self.anna)
            for (direction, expected) in [(1, [5, 6]), (-1, [3, 2])] {
                let answer = try await prompting.propagate(
                    .init(slice: 4, runs: start.runs, direction: direction, count: 2),
                    on: place.job,
                    by: Self.anna
                )
                #expect(answer.slices.map(\.slice) == Array(expected.prefix(answer.slices.count)))
                #expect(!answer.slices.isEmpty)
            }
            let far = try await prompting.propagate(
                .init(slice: place.volume.count - 1, runs: start.runs, direction: 1, count: 40),
                on: place.job,
                by: Self.anna
            )
            #expect(far.slices.isEmpty)
            #expect(far.stopped == "end-of-volume")
            let wrong = await Self.status {
                let question = PropagationQuestion(slice: 4, runs: start.runs, direction: 2, count: 1)
                _ = try await prompting.propagate(question, on: place.job, by: Self.anna)
            }
            #expect(wrong == 400)
        }
    }

    @Test("Where the model doubts its mask, or another structure begins, the way ends")
    func theWayEnds() throws {
        func mask(_ columns: Range<Int>) -> FrameMask {
            FrameMask(rows: 1, columns: 20, pixels: (0..<20).map { columns ~= $0 ? 1 : 0 })
        }
        func prediction(_ columns: Range<Int>, _ quality: Double) -> SlicePrompting.Prediction {
            .init(mask: mask(columns), predictedIoU: quality, lowResLogits: Tensor([0], shape: [1, 1]))
        }
        var state = PropagationState(mask(4..<12))
        #expect(state.reasonToStop(at: prediction(4..<11, 0.9)) == nil)
        state.goOn(with: prediction(4..<11, 0.9))
        #expect(state.reasonToStop(at: prediction(0..<0, 0.9)) == "empty")
        #expect(state.reasonToStop(at: prediction(4..<11, 0.6)) == "quality")
        #expect(state.reasonToStop(at: prediction(4..<6, 0.9)) == "area")
        #expect(state.reasonToStop(at: prediction(12..<19, 0.9)) == "area")
    }
}
