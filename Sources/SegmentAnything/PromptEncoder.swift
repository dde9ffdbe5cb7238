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
    private let embeddings: TokenEmbeddings
    /// `[1, C]`.
    private let withoutMask: Tensor
    private let maskDownscaling: MaskDownscaling

    /// Takes the tensors `prompt_encoder.…` of a checkpoint; the width follows from them.
    public init(_ parameters: NamedTensors, grid: Int, inputSize: Int) throws(CheckpointError) {
        let width = try parameters.shape(of: "prompt_encoder.no_mask_embed.weight", axes: 2)[1]
        guard width % 16 == 0 else { throw .unsupported("a prompt encoder of width \(width), not a multiple of 16") }
        let positionCode = try FourierPositionCode(parameters, width: width)
        try self.init(
            parameters,
            positionCode: positionCode,
            gridCode: positionCode.ofGrid(grid),
            grid: grid,
            inputSize: inputSize
        )
    }

    /// The encoder with other parameters. Codes of positions never learn: they are taken over.
    public func rebuilt(from parameters: NamedTensors) throws(CheckpointError) -> PromptEncoder {
        try PromptEncoder(
            parameters,
            positionCode: positionCode,
            gridCode: gridCode,
            grid: grid,
            inputSize: inputSize
        )
    }

    private init(
        _ parameters: NamedTensors,
        positionCode: FourierPositionCode,
        gridCode: Tensor,
        grid: Int,
        inputSize: Int
    ) throws(CheckpointError) {
        self.positionCode = positionCode
        self.gridCode = gridCode
        self.grid = grid
        self.inputSize = inputSize
        width = gridCode.lastAxis
        embeddings = try TokenEmbeddings(parameters, width: width)
        withoutMask = try parameters.require("prompt_encoder.no_mask_embed.weight", shape: [1, width])
        maskDownscaling = try MaskDownscaling(parameters, width: width)
    }

    /// The tokens `[B, n, C]` of points and boxes; n may be 0.
    public func sparse(_ prompts: PromptBatch) -> Tensor {
        let tokens = (0..<prompts.count).flatMap { PromptToken.all(of: prompts, prompt: $0) }
        let shape = [prompts.count, tokens.count / prompts.count, width]
        let codes = Tensor(shape: shape) { codes in
            let size = Float(inputSize)
            for (index, token) in tokens.enumerated() {
                let code = codes.start + index * width
                if let position = token.position {
                    positionCode.write(u: (position.x + 0.5) / size, v: (position.y + 0.5) / size, to: code)
                } else {
                    code.initialize(repeating: 0, count: width)
                }
            }
        }
        guard !tokens.isEmpty else { return codes }
        return embeddings(tokens.map(\.kind)).reshaped(shape).adding(codes)
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
}
