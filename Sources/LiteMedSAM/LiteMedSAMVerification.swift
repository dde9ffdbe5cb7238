import Checkpoints
import SegmentAnything
import Tensors

/// Runs LiteMedSAM on a file of reference values and measures every stage, from the bytes of the slice to its masks.
///
/// The file holds `image_u8` `[H, W]` and `boxes_orig` `[B, 4]` and, each where present, what is expected: `resized_u8`,
/// `input_1ch` `[256, 256]`, `enc/<stage>` `[C, 8, 8]` (samples), `embedding` `[256, 64, 64]`, `dec/sparse` `[B, 2, 256]`,
/// `dec/low_mask0` `[B, 256, 256]`, `dec/iou` `[B, 4]`, `dec/final_mask_b<i>` `[H, W]`. Tensors of the file that are not
/// listed here are left alone.
public struct LiteMedSAMVerification: Sendable {
    /// How far a tensor is from the expected one.
    public struct Difference: Sendable, Hashable {
        /// The tensor's name in the file.
        public let name: String
        /// The largest absolute difference; infinite when a value is not a number or the sizes differ.
        public let largest: Float
        /// The largest absolute expected value, to judge the difference by.
        public let magnitude: Float
        /// What an fp32 engine keeps; 0 for bytes and masks.
        public let tolerance: Float

        /// Whether the difference is within its tolerance.
        public var passes: Bool { largest <= tolerance }
    }

    /// What an fp32 engine keeps on embeddings.
    public static let embeddingTolerance: Float = 1e-5
    /// What an fp32 engine keeps on prompt tokens.
    public static let tokenTolerance: Float = 5e-6
    /// What an fp32 engine keeps on logits, which reach ±50; a pixel this close to 0 may fall to either side.
    public static let logitTolerance: Float = 3e-4
    /// What an fp32 engine keeps on predicted IoU.
    public static let predictedIoUTolerance: Float = 3e-6

    let file: SafetensorsFile

    /// Takes a file in the layout above.
    public init(_ file: SafetensorsFile) {
        self.file = file
    }

    /// Whether a file has this layout rather than the one of ``GoldenVerification``.
    public static func recognizes(_ file: SafetensorsFile) -> Bool {
        file.names.contains("image_u8") && file.names.contains("boxes_orig")
    }

    /// Encodes the slice, decodes its boxes, and compares.
    ///
    /// Throws ``CheckpointError`` when the file does not have the layout, ``ModelError`` when the model refuses it.
    public func run(_ model: LiteMedSAMModel) throws -> [Difference] {
        let image = try sourceImage()
        let input = try NetworkInput(image)
        var differences = try compareInput(input)
        var stages: [Difference] = []
        var failure: (any Error)?
        let features = model.encoder(
            input,
            recorder: Recorder { stage, value in
                do { stages += try compareStage(stage, value) } catch { failure = error }
            }
        )
        if let failure { throw failure }
        differences += stages
        differences += try compare("embedding") {
            features.reshaped([1] + features.shape).channelsFirst()
        } tolerance: { _ in
            Self.embeddingTolerance
        }
        return differences + (try compareDecoder(model, image, features))
    }
}
