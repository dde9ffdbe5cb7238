import Foundation
import Geometry
import SegmentAnything
import Synchronization
import Tensors
import Testing

@testable import Evaluation

@Suite("SAM-Med2D's own protocol")
struct PaperProtocolTests {
    @Test(
        "Dice and IoU have 1e-7 above and below and four decimals",
        arguments: [
            ([0, 0, 0], [0, 0, 0], 1.0, 1.0), ([1, 1, 0], [1, 0, 0], 0.6667, 0.5), ([0, 0, 0], [0, 1, 0], 0, 0),
            ([1, 0, 1], [1, 0, 1], 1, 1),
        ] as [([UInt8], [UInt8], Double, Double)]
    )
    func whenAMaskIsScored_thenTheScoreHasFourDecimals(mask: [UInt8], truth: [UInt8], dice: Double, iou: Double) {
        let trial = PromptTrial(slice: 0, prompting: .box, mask: mask, truth: truth)
        #expect(trial.dice == dice && trial.iou == iou)
    }

    @Test("every further point is where the last answer was wrong, and all points before it are given again")
    func whenPointsAreAdded_thenTheyAreWhereTheAnswerWasWrong() throws {
        let network = Clicker(answer: { count in count < 3 ? 0..<4 : 2..<9 }, takesPoints: true)
        let truth = Clicker.mask(2..<8)
        let simulated = SimulatedPrompts(network: network, embedding: Clicker.embedding, slice: 5, seed: 3)
        let trials = try simulated.trials(truth: truth, box: PixelBox(x0: 2, y0: 0, x1: 8, y1: 10))
        #expect(trials.map(\.prompting) == [.box, .onePoint, .threePoints, .fivePoints])
        #expect(trials.allSatisfy { $0.slice == 5 })
        let asked = network.asked.withLock { $0 }
        #expect(asked.count == 6 && asked[0].box != nil && asked[0].points.isEmpty)
        for (index, prompt) in asked.dropFirst().enumerated() {
            #expect(prompt.points.count == index + 1 && prompt.box == nil)
            #expect((prompt.mask == nil) == (index == 0))
            if index > 0 { #expect(Array(prompt.points.dropLast()) == asked[index].points) }
        }
        let points = try #require(asked.last).points
        #expect(points[0].label == 1 && 2..<8 ~= Int(points[0].x))
        for (index, point) in points.enumerated().dropFirst() {
            // The answers to one and two points have columns 0..<4, the later ones 2..<9.
            let answer = index < 3 ? 0..<4 : 2..<9
            let column = Int(point.x)
            #expect(answer.contains(column) != (2..<8).contains(column))
            #expect(point.label == ((2..<8).contains(column) ? 1 : 0))
        }
    }

    @Test("the mask that is handed back is the sigmoid of the low-res logits")
    func whenAMaskIsHandedBack_thenItIsASigmoid() throws {
        let network = Clicker(answer: { _ in 0..<4 }, takesPoints: true)
        let simulated = SimulatedPrompts(network: network, embedding: Clicker.embedding, slice: 0, seed: 1)
        _ = try simulated.trials(truth: Clicker.mask(2..<8), box: PixelBox(x0: 2, y0: 0, x1: 8, y1: 10))
        let mask = try #require(network.asked.withLock { $0.last?.mask })
        #expect(mask.values.allSatisfy { abs($0 - 1 / (1 + exp(-0.75))) < 1e-6 })
    }

    @Test("with nothing wrong a point is given that says nothing")
    func whenTheAnswerIsPerfect_thenThePointIsPadding() throws {
        let network = Clicker(answer: { _ in 2..<8 }, takesPoints: true)
        let simulated = SimulatedPrompts(network: network, embedding: Clicker.embedding, slice: 0, seed: 1)
        let trials = try simulated.trials(truth: Clicker.mask(2..<8), box: PixelBox(x0: 2, y0: 0, x1: 8, y1: 10))
        #expect(trials.allSatisfy { $0.dice == 1 })
        #expect(network.asked.withLock { $0.last?.points.map(\.label) } == [1, -1, -1, -1, -1])
    }

    @Test("a network that takes no points is asked by box alone; the same seed asks the same")
    func whenPointsAreNotTaken_thenTheBoxIsAll() throws {
        let truth = Clicker.mask(2..<8)
        let box = PixelBox(x0: 2, y0: 0, x1: 8, y1: 10)
        let boxes = Clicker(answer: { _ in 0..<4 }, takesPoints: false)
        let simulated = SimulatedPrompts(network: boxes, embedding: Clicker.embedding, slice: 0, seed: 1)
        #expect(try simulated.trials(truth: truth, box: box).map(\.prompting) == [.box])
        func points(_ seed: UInt64) throws -> [Prompt.Point] {
            let network = Clicker(answer: { _ in 0..<4 }, takesPoints: true)
            let simulated = SimulatedPrompts(network: network, embedding: Clicker.embedding, slice: 0, seed: seed)
            _ = try simulated.trials(truth: truth, box: box)
            return network.asked.withLock { $0.last?.points ?? [] }
        }
        #expect(try points(4) == points(4))
        #expect(try points(4) != points(5))
    }
}

/// A network of 10 × 10 pixels that answers with whole columns, by the number of points, and remembers what it was asked.
private final class Clicker: SegmentationModel {
    let asked = Mutex<[Prompt]>([])
    private let answer: @Sendable (Int) -> Range<Int>
    let traits: ModelTraits

    init(answer: @escaping @Sendable (Int) -> Range<Int>, takesPoints: Bool) {
        self.answer = answer
        traits = ModelTraits(architecture: "clicker", inputSize: 20, takesPoints: takesPoints, takesMasks: takesPoints)
    }

    static let embedding = ImageEmbedding(
        features: Tensor(zeros: [1, 1]),
        grid: 1,
        sourceRows: 10,
        sourceColumns: 10
    )

    static func mask(_ columns: Range<Int>) -> [UInt8] { (0..<100).map { columns ~= $0 % 10 ? 1 : 0 } }

    func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding { Self.embedding }

    func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] {
        asked.withLock { $0 += prompts }
        return prompts.map { prompt in
            MaskPrediction(
                lowResLogits: Tensor([Float](repeating: 0.75, count: 16), shape: [4, 4]),
                logits: Tensor(Self.mask(answer(prompt.points.count)).map { $0 == 1 ? 1 : -1 }, shape: [10, 10]),
                predictedIoU: 0.5
            )
        }
    }
}
