import SegmentAnything
import Tensors

extension MaskPrediction {
    /// Row-major bytes at the size of the source slice: 1 where the logit is above 0, else 0.
    public var pixels: [UInt8] {
        logits.withUnsafeBufferPointer { buffer in buffer.map { $0 > 0 ? 1 : 0 } }
    }
}
