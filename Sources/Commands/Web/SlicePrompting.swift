import DICOMFiles
import DICOMSegmentation
import Geometry
import Pipeline
import SAMMed2D
import SegmentAnything
import Tensors

/// Asks the model of a job about slices of its volume, as production does: the same grey values, the same box edges, the
/// same side up.
struct SlicePrompting: Sendable {
    let model: LoadedModel
    let rows: Int
    let columns: Int
    private let turn: SliceTurn
    private let network: any SegmentationModel

    /// For slices like a plane of the volume.
    init(model: LoadedModel, plane: PlaneGeometry) {
        self.model = model
        rows = plane.rows
        columns = plane.columns
        turn = SliceTurn(plane)
        network = model.network.turned(turn)
    }

    /// What the model said.
    struct Prediction: Sendable {
        let mask: FrameMask
        let predictedIoU: Double
        let lowResLogits: Tensor
    }

    /// The embedding of a slice of grey values.
    func encode(_ grey: [UInt8]) throws -> ImageEmbedding {
        try network.encode(SliceImage(rows: rows, columns: columns, pixels: grey))
    }

    func decode(_ prompt: Prompt, on embedding: ImageEmbedding) throws -> Prediction {
        guard let found = try network.decode([prompt], on: embedding).first else {
            preconditionFailure("one answer for each prompt")
        }
        let pixels = found.logits.withUnsafeBufferPointer { logits in logits.map { $0 > 0 ? UInt8(1) : 0 } }
        return Prediction(
            mask: FrameMask(rows: rows, columns: columns, pixels: pixels),
            predictedIoU: Double(found.predictedIoU),
            lowResLogits: found.lowResLogits
        )
    }

    /// A mask as the network takes one: `[4g, 4g]`, 0…1; `nil` for networks that take none.
    func maskPrompt(_ mask: FrameMask, grid: Int) -> Tensor? {
        guard let network = model.network as? SAMMed2DModel else { return nil }
        let size = network.traits.inputSize
        // Mask prompts are those of the slice as the network is shown it.
        let shown = turn.shown(mask.unpacked(), rows: rows, columns: columns)
        let (shownRows, shownColumns) = turn.transposes ? (columns, rows) : (rows, columns)
        let input = network.preprocessing.mask(shown, rows: shownRows, columns: shownColumns, size: size)
        let edge = 4 * grid
        let step = size / edge
        var shares: [Float] = []
        shares.reserveCapacity(edge * edge)
        for row in 0..<edge {
            for column in 0..<edge {
                var sum = 0
                for y in row * step..<(row + 1) * step {
                    for x in column * step..<(column + 1) * step { sum += Int(input[y * size + x]) }
                }
                shares.append(Float(sum) / Float(step * step))
            }
        }
        return Tensor(shares, shape: [edge, edge])
    }

    /// Earlier logits as the network takes them back.
    func maskPrompt(_ logits: Tensor) -> Tensor { logits.activated(.sigmoid) }

    /// The box that carries a mask on to the next slice: the structure may be a little larger there.
    func box(around mask: FrameMask) -> Prompt.Box? {
        let margin = 4 * Double(max(rows, columns)) / 256
        let box = PixelBox(of: mask.unpacked(), columns: columns, rows: rows)?.grown(by: margin)
            .clipped(columns: columns, rows: rows)
        return box.map { Prompt.Box(x0: $0.x0, y0: $0.y0, x1: $0.x1, y1: $0.y1) }
    }
}
