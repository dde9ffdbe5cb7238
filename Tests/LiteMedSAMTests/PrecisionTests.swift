import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("The published weights in lower precisions")
struct PrecisionTests {
    @Test(
        "give nearly the same masks",
        arguments: [(NetworkPrecision.bfloat16, 0.995), (.integer8, 0.985)],
        ["ct", "synth"]
    )
    func giveNearlyTheSameMasks(limit: (precision: NetworkPrecision, dice: Double), file: String) throws {
        let golden = try Golden(file)
        let exact = try PublishedWeights.model.get()
        let model = try LiteMedSAMModel(parameters: PublishedWeights.parameters.get(), precision: limit.precision)
        let image = try golden.image("image_u8")
        let expected = try exact.decode(golden.boxes(), on: exact.encode(image))

        let found = try model.decode(golden.boxes(), on: model.encode(image))

        // The drawn slice is not one that the network knows: its masks are vague.
        let least = file == "ct" ? limit.dice : 0.98
        let overlaps = zip(expected, found).map { dice($0.logits.values, $1.logits.values) }
        let mean = overlaps.reduce(0, +) / Double(overlaps.count)
        #expect(mean >= least, "\(overlaps)")
        let again = try model.decode(golden.boxes(), on: model.encode(image))
        #expect(zip(found, again).allSatisfy { $0.logits.values == $1.logits.values })
    }

    /// Dice's coefficient of the pixels above 0.
    private func dice(_ left: [Float], _ right: [Float]) -> Double {
        let both = zip(left, right).count { $0 > 0 && $1 > 0 }
        let sum = left.count { $0 > 0 } + right.count { $0 > 0 }
        return sum == 0 ? 1 : 2 * Double(both) / Double(sum)
    }
}
