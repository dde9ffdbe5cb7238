import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("Decoding with the published weights")
struct DecodingTests {
    @Test("gives the reference's logits, masks and predicted IoU", arguments: ["ct", "synth"])
    func whenBoxesAreDecoded_thenLogitsMasksAndQualityAreTheReference(file: String) throws {
        let golden = try Golden(file)
        let embedding = try golden.embedding()
        let predictions = try PublishedWeights.model.get().decode(golden.boxes(), on: embedding)

        let logits = predictions.flatMap { $0.lowResLogits.values }
        #expect(largestDifference(logits, try golden.tensor("dec/low_mask0").values) <= 3e-4)
        let quality = try golden.tensor("dec/iou").values
        for (index, prediction) in predictions.enumerated() {
            #expect(abs(prediction.predictedIoU - quality[4 * index]) <= 3e-6)
            #expect(prediction.logits.shape == [embedding.sourceRows, embedding.sourceColumns])
            let mask = try golden.bytes("dec/final_mask_b\(index)")
            let differing = zip(prediction.logits.values, mask).filter { logit, pixel in
                abs(logit) >= 3e-4 && (logit > 0) != (pixel != 0)
            }
            #expect(differing.isEmpty && mask.contains(1), "box \(index)")
        }
    }

    @Test("gives the reference's prompt tokens and all four masks", arguments: ["ct", "synth"])
    func whenAllMasksAreDecoded_thenTheUntrainedOnesAreTheReferenceToo(file: String) throws {
        let golden = try Golden(file)
        let model = try PublishedWeights.model.get()
        let boxes = PromptBatch(boxes: try golden.tensor("boxes_256"))

        let output = try model.decodeAll(boxes, on: golden.embedding().features)

        #expect(largestDifference(output.predictedIoU.values, try golden.tensor("dec/iou").values) <= 3e-6)
        let others = output.logits.slice(0..<1).reshaped([4, 256, 256]).slice(1..<4)
        let expected = try golden.tensor("dec/low_multi_b0_sub").values
        #expect(largestDifference(thinned(others, by: 3), expected) <= 1e-5)
    }

    @Test("runs points in verification as the reference does, though they are refused as prompts")
    func whenPointsAreVerified_thenTheyAreTheReference() throws {
        let golden = try Golden("ct")
        let model = try PublishedWeights.model.get()
        let labels = try golden.tensor("pts/labels").values.map { Int($0) }
        let points = PromptBatch(points: try golden.tensor("pts/coords"), labels: labels)

        let output = try model.decodeAll(points, on: golden.embedding().features)

        #expect(largestDifference(output.predictedIoU.values, try golden.tensor("pts/iou").values) <= 3e-6)
        let first = output.logits.reshaped([4, 256, 256]).slice(0..<1)
        let expected = try golden.tensor("pts/low_mask0_sub").values
        #expect(largestDifference(thinned(first, by: 3), expected) <= 3e-4)
    }

    @Test("runs a mask beside a box in verification as the reference does")
    func whenAMaskIsVerified_thenItIsTheReference() throws {
        let golden = try Golden("ct")
        let model = try PublishedWeights.model.get()
        let prompts = PromptBatch(
            boxes: try golden.tensor("boxes_256").slice(0..<1),
            masks: try golden.tensor("dec/low_mask0").slice(0..<1)
        )

        let output = try model.decodeAll(prompts, on: golden.embedding().features)

        #expect(largestDifference(output.predictedIoU.values, try golden.tensor("maskin/iou").values) <= 3e-6)
        let first = output.logits.reshaped([4, 256, 256]).slice(0..<1)
        let expected = try golden.tensor("maskin/low_mask0_sub").values
        #expect(largestDifference(thinned(first, by: 3), expected) <= 3e-4)
    }

    @Test("does not depend on the other boxes of the batch")
    func whenABoxIsDecodedAlone_thenItGivesTheSame() throws {
        let golden = try Golden("synth")
        let model = try PublishedWeights.model.get()
        let prompts = try golden.boxes()
        let together = try model.decode(prompts, on: golden.embedding())
        let alone = try model.decode([prompts[1]], on: golden.embedding())
        #expect(together.count == 2 && alone.count == 1)
        #expect(largestDifference(together[1].logits.values, alone[0].logits.values) <= 1e-4)
        #expect(largestDifference(together[0].logits.values, alone[0].logits.values) > 1)
    }

    @Test("gives nothing for no prompts")
    func whenThereAreNoPrompts_thenThereAreNoMasks() throws {
        #expect(try PublishedWeights.model.get().decode([], on: Golden("ct").embedding()).isEmpty)
    }

    @Test("cuts the padding off and interpolates once", arguments: [(100, 64), (512, 300), (97, 256)])
    func whenLogitsAreMappedBack_thenTheyAreTwoTapInterpolation(rows: Int, columns: Int) throws {
        let frame = try InputFrame(sourceRows: rows, sourceColumns: columns)
        let logits = Tensor.random([256, 256], seed: 31)
        let values = logits.values

        let mapped = frame.sourceLogits(logits).values

        func taps(_ position: Int, _ input: Int, _ output: Int) -> (low: Int, high: Int, weight: Double) {
            let source = max(0, (Double(position) + 0.5) * Double(input) / Double(output) - 0.5)
            let low = min(Int(source), input - 1)
            return (low, min(low + 1, input - 1), source - Double(low))
        }
        var expected: [Double] = []
        for row in 0..<rows {
            let v = taps(row, frame.rows, rows)
            for column in 0..<columns {
                let h = taps(column, frame.columns, columns)
                func line(_ y: Int) -> Double {
                    (1 - h.weight) * Double(values[y * 256 + h.low]) + h.weight * Double(values[y * 256 + h.high])
                }
                expected.append((1 - v.weight) * line(v.low) + v.weight * line(v.high))
            }
        }
        #expect(largestRelativeDifference(mapped, expected) < 1e-4)
    }
}
