import Checkpoints
import Tensors

/// Turns points, boxes and masks into tokens and a dense map (Segment Anything, §"Prompt encoder").
public struct PromptEncoder: Sendable {
    /// C, the width of tokens and map.
    public let width: Int
    /// g, the edge of the embedding grid.
    public let grid: Int
    /// The edge of the network's input in pixels.
    public let inputSize: Int
    /// `[g·g, C]`: the code of every pixel of the grid; the same for all slices.
    public let gridCode: Tensor

    private let positionCode: FourierPositionCode
    /// Added to a background point, a foreground point, a box's first and its second corner.
    private let kinds: [Tensor]
    private let padding: Tensor
    /// `[1, C]`.
    private let withoutMask: Tensor
    private let maskDownscaling: MaskDownscaling

    /// Takes the tensors `prompt_encoder.…` of a checkpoint; the width follows from them.
    public init(_ parameters: NamedTensors, grid: Int, inputSize: Int) throws(CheckpointError) {
        width = try parameters.shape(of: "prompt_encoder.no_mask_embed.weight", axes: 2)[1]
        guard width % 16 == 0 else { throw .unsupported("a prompt encoder of width \(width), not a multiple of 16") }
        self.grid = grid
        self.inputSize = inputSize
        positionCode = try FourierPositionCode(parameters, width: width)
        gridCode = positionCode.ofGrid(grid)
        var kinds: [Tensor] = []
        for kind in 0..<4 {
            kinds.append(
                try parameters.require("prompt_encoder.point_embeddings.\(kind).weight", shape: [1, width])
            )
        }
        self.kinds = kinds
        padding = try parameters.require("prompt_encoder.not_a_point_embed.weight", shape: [1, width])
        withoutMask = try parameters.require("prompt_encoder.no_mask_embed.weight", shape: [1, width])
        maskDownscaling = try MaskDownscaling(parameters, width: width)
    }

    /// The tokens `[B, n, C]` of points and boxes; n may be 0.
    public func sparse(_ prompts: PromptBatch) -> Tensor {
        let count = prompts.tokenCount
        return Tensor(shape: [prompts.count, count, width]) { tokens in
            for prompt in 0..<prompts.count {
                var next = tokens.start + prompt * count * width
                let points = prompts.points?.shape[1] ?? 0
                for point in 0..<points {
                    let index = prompt * points + point
                    let position = prompts.points.map { (at($0, 2 * index), at($0, 2 * index + 1)) }
                    write(position, label: prompts.labels[index], to: next)
                    next += width
                }
                if prompts.boxes == nil, points > 0 { write(nil, label: -1, to: next) }
                if let boxes = prompts.boxes {
                    write((at(boxes, 4 * prompt), at(boxes, 4 * prompt + 1)), label: 2, to: next)
                    write((at(boxes, 4 * prompt + 2), at(boxes, 4 * prompt + 3)), label: 3, to: next + width)
                }
            }
        }
    }

    /// The map that is added to the image embedding: `[B, g·g, C]` for masks, `[1, 1, C]` without, the same at every
    /// pixel of every prompt.
    public func dense(_ prompts: PromptBatch, recorder: Recorder = .none) -> Tensor {
        guard let masks = prompts.masks else { return withoutMask.reshaped([1, 1, width]) }
        precondition(masks.shape == [prompts.count, 4 * grid, 4 * grid], "masks \(masks.shape) for a grid of \(grid)")
        let map = maskDownscaling(
            masks.reshaped([prompts.count, 4 * grid, 4 * grid, 1]),
            recorder: recorder.scoped("mask_downscaling")
        )
        return map.reshaped([prompts.count, grid * grid, width])
    }

    /// One token: the code of a position and what kind of point it is; the padding point has no position.
    private func write(_ position: (x: Float, y: Float)?, label: Int, to token: UnsafeMutablePointer<Float>) {
        guard let position, label != -1 else {
            padding.withPointer { token.initialize(from: $0, count: width) }
            return
        }
        let size = Float(inputSize)
        positionCode.write(u: (position.x + 0.5) / size, v: (position.y + 0.5) / size, to: token)
        guard kinds.indices.contains(label) else { return }
        kinds[label].withPointer { kind in
            for channel in 0..<width { token[channel] += kind[channel] }
        }
    }

    private func at(_ tensor: Tensor, _ index: Int) -> Float { tensor.withUnsafeBufferPointer { $0[index] } }
}
