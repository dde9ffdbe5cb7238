import Foundation
import Geometry
import Pipeline
import SegmentAnything
import Tensors

/// Asks a network about one mask as SAM-Med2D's own evaluation does: by box, and by points that a person might click.
///
/// The first point is a random pixel of the structure. Each further round adds one point, drawn from where the answer and
/// the truth differ, to the points there are, and hands the sigmoid of the previous low-res logits back as a mask. As
/// in the original, the difference is looked at on the network's own grid. What is drawn depends on `seed` alone.
struct SimulatedPrompts {
    let network: any SegmentationModel
    let embedding: ImageEmbedding
    let slice: Int
    let seed: UInt64

    /// The answers to the tight box and, where the network takes points, to one, three and five points.
    func trials(truth: [UInt8], box: PixelBox) throws(ModelError) -> [PromptTrial] {
        let answer = try ask(Prompt(box: .init(x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1)))
        var trials = [PromptTrial(slice: slice, prompting: .box, mask: answer.pixels, truth: truth)]
        guard network.traits.takesPoints else { return trials }
        var draw = PointDraw(state: seed)
        var points: [Prompt.Point] = []
        var previous: MaskPrediction?
        for count in 1...PromptTrial.Prompting.fivePoints.pointCount {
            points.append(next(after: previous, truth, &draw))
            let answer = try ask(Prompt(points: points, mask: previous.flatMap(maskPrompt)))
            if let prompting = PromptTrial.Prompting.allCases.first(where: { $0.pointCount == count }) {
                trials.append(PromptTrial(slice: slice, prompting: prompting, mask: answer.pixels, truth: truth))
            }
            previous = answer
        }
        return trials
    }

    private func ask(_ prompt: Prompt) throws(ModelError) -> MaskPrediction {
        guard let answer = try network.decode([prompt], on: embedding).first else {
            throw .invalidInput("the network gave no answer to a prompt")
        }
        return answer
    }

    private func maskPrompt(_ answer: MaskPrediction) -> Tensor? {
        guard network.traits.takesMasks else { return nil }
        let values = answer.lowResLogits.values.map { 1 / (1 + exp(-$0)) }
        return Tensor(values, shape: answer.lowResLogits.shape)
    }

    /// A pixel where the answer is wrong: foreground that was missed, or background that was taken. With nothing wrong
    /// any pixel will do, and it says nothing (label −1).
    private func next(after answer: MaskPrediction?, _ truth: [UInt8], _ draw: inout PointDraw) -> Prompt.Point {
        guard let answer = answer?.pixels else {
            return draw.point(among: truth.indices.filter { truth[$0] != 0 }, columns: embedding.sourceColumns) { _ in 1
            }
        }
        let wrong = gridPixels.filter { (answer[$0] != 0) != (truth[$0] != 0) }
        guard !wrong.isEmpty else { return draw.point(among: gridPixels, columns: embedding.sourceColumns) { _ in -1 } }
        return draw.point(among: wrong, columns: embedding.sourceColumns) { truth[$0] != 0 ? 1 : 0 }
    }

    /// The source pixel nearest to the centre of each pixel of the network's input, each once.
    private var gridPixels: [Int] {
        let size = network.traits.inputSize
        let rows = Self.nearest(size, of: embedding.sourceRows)
        let columns = Self.nearest(size, of: embedding.sourceColumns)
        return rows.flatMap { row in columns.map { row * embedding.sourceColumns + $0 } }
    }

    private static func nearest(_ count: Int, of source: Int) -> [Int] {
        var last = -1
        return (0..<count).compactMap { index in
            let place = min(source - 1, Int((Double(index) + 0.5) * Double(source) / Double(count)))
            defer { last = place }
            return place == last ? nil : place
        }
    }
}

/// Draws pixels with a generator of its own, so that an evaluation can be repeated.
private struct PointDraw {
    var state: UInt64

    mutating func point(among pixels: [Int], columns: Int, label: (Int) -> Int) -> Prompt.Point {
        precondition(!pixels.isEmpty, "a structure on a slice has a pixel")
        // SplitMix64, as in the bootstrap.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        let pixel = pixels[Int(mixed.multipliedFullWidth(by: UInt64(pixels.count)).high)]
        return Prompt.Point(x: Double(pixel % columns), y: Double(pixel / columns), label: label(pixel))
    }
}
