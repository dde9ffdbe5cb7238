import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Losses of masks")
struct LossTests {
    private static let wholeBatch = WholeBatchLoss()
    private static let crossEntropy = MaskwiseLoss()
    private static let focal = MaskwiseLoss(pixelLoss: .focal(alpha: 0.25), pixelWeight: 20)

    private func labels(masks: Int, edge: Int) -> Tensor {
        let noise = GradientCheck.noise([masks, edge, edge], seed: 5)
        return Tensor(noise.values.map { $0 > 0.2 ? 1 : 0 }, shape: noise.shape)
    }

    private func losses() -> [any SegmentationLoss] { [Self.wholeBatch, Self.crossEntropy, Self.focal] }

    @Test("have gradients that agree with finite differences", arguments: [0, 1, 2])
    func whenLogitsAndQualityChange_thenTheLossFollowsItsGradient(index: Int) {
        let loss = losses()[index]
        let labels = labels(masks: 3, edge: 6)
        // The IoU of the binary mask jumps where a logit crosses zero: none lies near it.
        let noise = GradientCheck.noise([3, 6, 6], seed: 6)
        let logits = Tensor(noise.values.map { 3 * $0 + ($0 < 0 ? -0.1 : 0.1) }, shape: noise.shape)
        let quality = GradientCheck.noise([3], seed: 7)
        let error = GradientCheck.largestError(of: [logits, quality]) { inputs in
            loss(
                TrainedMasks(
                    logits: inputs[0],
                    predictedIoU: inputs[1],
                    labels: labels,
                    weights: [1, 0.25, 2]
                )
            ).total.reshaped([1])
        }
        #expect(error < 5e-3)
    }

    @Test("have gradients through enlargement", arguments: [0, 1, 2])
    func whenLogitsAreSmallerThanLabels_thenGradientsPassThroughTheEnlargement(index: Int) {
        let loss = losses()[index]
        let labels = labels(masks: 2, edge: 8)
        // Of one sign, so that the IoU of the binary mask does not jump between them either.
        let noise = GradientCheck.noise([2, 4, 4], seed: 8)
        let logits = Tensor(noise.values.map { abs(2 * $0) + 0.1 }, shape: noise.shape)
        let error = GradientCheck.largestError(of: [logits, GradientCheck.noise([2], seed: 9)]) { inputs in
            loss(TrainedMasks(logits: inputs[0], predictedIoU: inputs[1], labels: labels)).total.reshaped([1])
        }
        #expect(error < 5e-3)
    }

    @Test("are finite for logits of any size", arguments: [0, 1, 2])
    func whenLogitsAreHuge_thenLossAndGradientAreFinite(index: Int) throws {
        let values: [Float] = [-1e4, -200, -50, 0, 50, 200, 1e4, 3]
        let logits = Tensor(values + values, shape: [2, 2, 4]).tracked()
        let labels = Tensor([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1], shape: [2, 2, 4])
        let loss = losses()[index](
            TrainedMasks(logits: logits, predictedIoU: Tensor([0.5, 0.5], shape: [2]), labels: labels)
        )
        let gradient = try #require(loss.total.gradients(of: [logits])[0])
        #expect(loss.value.isFinite && gradient.values.allSatisfy(\.isFinite))
    }

    @Test func whenMaskAndLabelAreEmpty_thenTheMaskwiseLossIsNothing() {
        let loss = Self.crossEntropy(
            TrainedMasks(
                logits: Tensor([Float](repeating: -60, count: 16), shape: [1, 4, 4]),
                predictedIoU: Tensor([1], shape: [1]),
                labels: Tensor(zeros: [1, 4, 4])
            )
        )
        #expect(loss.value < 1e-6)
    }

    @Test func whenAMaskWeighsNothing_thenTheRestIsJudgedAsIfItWereAbsent() {
        let labels = labels(masks: 2, edge: 4)
        let logits = GradientCheck.noise([2, 4, 4], seed: 10)
        let quality = GradientCheck.noise([2], seed: 11)
        for loss in losses() {
            let both = loss(
                TrainedMasks(logits: logits, predictedIoU: quality, labels: labels, weights: [1, 0])
            )
            let alone = loss(
                TrainedMasks(
                    logits: logits.slice(0..<1),
                    predictedIoU: quality.slice(0..<1),
                    labels: labels.slice(0..<1)
                )
            )
            #expect(abs(both.value - alone.value) < 1e-6)
        }
    }

    @Test func whenThreadsDiffer_thenLossAndGradientAreEqualBitForBit() throws {
        let labels = labels(masks: 3, edge: 150)
        let logits = GradientCheck.noise([3, 150, 150], seed: 12).tracked()
        let masks = TrainedMasks(logits: logits, predictedIoU: GradientCheck.noise([3], seed: 13), labels: labels)
        let threads = ComputeThreads.count
        defer { ComputeThreads.use(threads) }
        for loss in losses() {
            let results = try [1, 2, 5].map { count -> [Float] in
                ComputeThreads.use(count)
                let value = loss(masks)
                return [value.total.values[0]] + (try #require(value.total.gradients(of: [logits])[0])).values
            }
            #expect(results[0] == results[1] && results[0] == results[2])
        }
    }
}
