import Tensors

/// Which of the masks that a decoder draws for a prompt is the answer.
public enum MaskChoice: Sendable, Hashable {
    /// Mask 0: the network was trained for clear prompts only (LiteMedSAM).
    case first
    /// Of masks 1 to 3 the one with the largest predicted IoU, the first of equals (SAM-Med2D).
    case bestPredictedIoU

    /// The masks whose logits are needed.
    public var masks: Range<Int> {
        switch self {
        case .first: 0..<1
        case .bestPredictedIoU: 1..<MaskDecoder.maskCount
        }
    }

    /// The chosen mask of every prompt.
    public struct Chosen: Sendable {
        /// `[B, 4g, 4g]`.
        public let logits: Tensor
        /// `[B]`.
        public let predictedIoU: Tensor
        /// Which of the decoder's four masks, for every prompt.
        public let masks: [Int]

        /// The chosen masks of several slices, one after the other.
        public static func joined(_ parts: [Chosen]) -> Chosen {
            Chosen(
                logits: Tensor.joined(parts.map(\.logits)),
                predictedIoU: Tensor.joined(parts.map(\.predictedIoU)),
                masks: parts.flatMap(\.masks)
            )
        }
    }

    /// Chooses among the logits of ``masks``; gradients reach the chosen masks and their predicted IoU alone.
    public func choose(_ output: MaskDecoder.Output) -> Chosen {
        let (batch, count) = (output.logits.shape[0], output.logits.shape[1])
        precondition(count == masks.count, "\(count) masks of each prompt, not \(masks.count)")
        let all = output.predictedIoU.lastAxis
        let quality = output.predictedIoU.values
        let chosen = (0..<batch).map { prompt in
            masks.reduce(masks.lowerBound) {
                quality[prompt * all + $1] > quality[prompt * all + $0] ? $1 : $0
            }
        }
        let edges = output.logits.shape.suffix(2)
        let rows = chosen.enumerated().map { $0 * count + $1 - masks.lowerBound }
        return Chosen(
            logits: output.logits.reshaped([batch * count] + edges).gathered(rows),
            predictedIoU: output.predictedIoU.reshaped([batch * all]).gathered(
                chosen.enumerated().map { $0 * all + $1 }
            ),
            masks: chosen
        )
    }
}
