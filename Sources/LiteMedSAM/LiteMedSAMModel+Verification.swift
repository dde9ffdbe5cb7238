import SegmentAnything
import Tensors

/// For verification alone the network takes every kind of prompt: what the published code computes is defined for all.
extension LiteMedSAMModel: VerifiableModel {
    /// Encodes `[1, 3, 256, 256]`, values 0…1 and zeros where the slice ends, to `[4096, 256]`.
    public func embed(input: Tensor) throws(ModelError) -> Tensor {
        guard input.shape == [1, 3, InputFrame.size, InputFrame.size] else {
            throw .invalidInput("the input has shape \(input.shape), LiteMedSAM's is [1, 3, 256, 256]")
        }
        let pixels = input.channelsLast().reshaped([InputFrame.size, InputFrame.size, 3])
        return encoder(pixels: pixels).reshaped([TinyViT.grid * TinyViT.grid, TinyViT.outputs])
    }

    /// Decodes prompts in input pixels: all four masks, though only the first was trained.
    public func decodeAll(_ prompts: PromptBatch, on features: Tensor) throws(ModelError) -> MaskDecoder.Output {
        decoder(prompts, features: features, encoder: promptEncoder)
    }
}
