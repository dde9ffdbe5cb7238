import Checkpoints
import Tensors

/// Draws masks from an image embedding and prompts, and says how good each is likely to be.
public struct MaskDecoder: Sendable {
    /// How many masks there are for a prompt: one for clear prompts, then three for ambiguous ones.
    public static let maskCount = 4

    private let width: Int
    private let transformer: TwoWayTransformer
    private let upscaling: MaskUpscaling
    private let hypernetworks: [PerceptronStack]
    private let qualityHead: PerceptronStack
    /// `[1, 5, C]`: the token that predicts quality, then one for each mask.
    private let ownTokens: Tensor

    /// Takes the tensors `mask_decoder.…` of a checkpoint; widths and depths follow from them.
    public init(_ parameters: NamedTensors) throws(CheckpointError) {
        width = try parameters.shape(of: "mask_decoder.iou_token.weight", axes: 2)[1]
        guard width % 16 == 0 else { throw .unsupported("a mask decoder of width \(width), not a multiple of 16") }
        transformer = try TwoWayTransformer(parameters, width: width)
        upscaling = try MaskUpscaling(parameters, width: width)
        var hypernetworks: [PerceptronStack] = []
        for mask in 0..<Self.maskCount {
            hypernetworks.append(
                try PerceptronStack(
                    parameters,
                    "mask_decoder.output_hypernetworks_mlps.\(mask)",
                    inputs: width,
                    outputs: upscaling.outputs
                )
            )
        }
        self.hypernetworks = hypernetworks
        qualityHead = try PerceptronStack(
            parameters,
            "mask_decoder.iou_prediction_head",
            inputs: width,
            outputs: Self.maskCount
        )
        let ownTokens = Tensor.joined([
            try parameters.require("mask_decoder.iou_token.weight", shape: [1, width]),
            try parameters.require("mask_decoder.mask_tokens.weight", shape: [Self.maskCount, width]),
        ])
        self.ownTokens = ownTokens.reshaped([1, 1 + Self.maskCount, width])
    }

    /// What the decoder makes of a group of prompts.
    public struct Output: Sendable {
        /// `[B, masks, 4g, 4g]`: logits of the masks that were asked for.
        public let logits: Tensor
        /// `[B, 4]`: predicted intersection over union of all masks.
        public let predictedIoU: Tensor
    }

    /// Decodes prompts of one slice.
    ///
    /// `features` is the image embedding `[g·g, C]`; `masks` are the ones whose logits are wanted.
    public func callAsFunction(
        _ prompts: PromptBatch,
        features: Tensor,
        encoder: PromptEncoder,
        masks: Range<Int> = 0..<maskCount,
        recorder: Recorder = .none
    ) -> Output {
        let pixels = encoder.grid * encoder.grid
        precondition(features.shape == [pixels, width], "embedding \(features.shape) for a grid of \(encoder.grid)")
        recorder("prompt_encoder.pe_layer", encoder.gridCode)
        let run = Run(decoder: self, features: features, encoder: encoder, masks: masks, recorder: recorder)
        // Without a mask all prompts see the same image.
        let shared = prompts.masks == nil ? run.prepare(prompts) : nil
        let parts = parts(of: prompts.count, pixels: pixels)
        guard parts.count > 1 else { return run.decode(prompts, image: shared ?? run.prepare(prompts)) }
        let decode = { (index: Int) in
            let part = prompts.slice(parts[index])
            let output = run.decode(part, image: shared ?? run.prepare(part))
            return [output.logits, output.predictedIoU]
        }
        let outputs = recorder.isListening ? parts.indices.map(decode) : Tensor.branched(parts.count, decode)
        return Output(logits: Tensor.joined(outputs.map { $0[0] }), predictedIoU: Tensor.joined(outputs.map { $0[1] }))
    }

    /// Some prompts at a time: what the layers hand on should stay in the cache, and parts are decoded side by side.
    private func parts(of count: Int, pixels: Int) -> [Range<Int>] {
        let most = max(1, 4_096 / pixels)
        let needed = (count + most - 1) / most
        let parts = count < 4 ? needed : min(count, needed + needed % 2)
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }

    /// One call of the decoder.
    private struct Run {
        let decoder: MaskDecoder
        let features: Tensor
        let encoder: PromptEncoder
        let masks: Range<Int>
        let recorder: Recorder

        /// The image side for prompts: embedding plus dense map.
        func prepare(_ prompts: PromptBatch) -> PreparedImage {
            let dense = encoder.dense(prompts, recorder: recorder.scoped("prompt_encoder"))
            recorder("prompt_encoder.out1", dense)
            let (pixels, width) = (features.shape[0], features.shape[1])
            let image = prompts.masks == nil ? features.adding(dense) : dense.adding(features)
            return decoder.transformer.prepare(
                image.reshaped([image.count / (pixels * width), pixels, width]),
                code: encoder.gridCode,
                isShared: prompts.masks == nil
            )
        }

        func decode(_ prompts: PromptBatch, image prepared: PreparedImage) -> Output {
            let sparse = encoder.sparse(prompts)
            recorder("prompt_encoder.out0", sparse)
            let recorder = recorder.scoped("mask_decoder")
            let (tokens, image) = decoder.transformer(
                tokens: Tensor.joinedRows([decoder.ownTokens, sparse]),
                image: prepared,
                recorder: recorder.scoped("transformer")
            )
            let channels = masks.map { mask in
                decoder.hypernetworks[mask](
                    tokens.row(1 + mask),
                    recorder: recorder.scoped("output_hypernetworks_mlps.\(mask)")
                )
            }
            return Output(
                logits: draw(
                    Tensor.joinedRows(channels.map { $0.reshaped([prompts.count, 1, $0.lastAxis]) }),
                    on: image.reshaped([prompts.count, encoder.grid, encoder.grid, decoder.width]),
                    recorder
                ),
                predictedIoU: decoder.qualityHead(tokens.row(0), recorder: recorder.scoped("iou_prediction_head"))
            )
        }

        /// Each mask is the product of its hypernetwork's channels `[B, masks, c]` with the upscaled image: the result is
        /// `[B, masks, 4g, 4g]`.
        private func draw(_ channels: Tensor, on image: Tensor, _ recorder: Recorder) -> Tensor {
            if !recorder.isListening, let logits = decoder.upscaling.drawn(channels, on: image) { return logits }
            let upscaled = decoder.upscaling(image, recorder: recorder.scoped("output_upscaling"))
            let (rows, columns) = (upscaled.shape[1], upscaled.shape[2])
            let pixels = upscaled.reshaped([image.shape[0], rows * columns, upscaled.lastAxis])
            return channels.batchMultiplied(byTransposed: pixels)
                .reshaped([image.shape[0], channels.shape[1], rows, columns])
        }
    }
}
