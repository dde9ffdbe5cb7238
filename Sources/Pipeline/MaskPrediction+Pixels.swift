import DICOMSegmentation
import SegmentAnything
import Tensors

extension MaskPrediction {
    /// Row-major bytes at the size of the source slice: 1 where the logit is above 0, else 0.
    public var pixels: [UInt8] {
        logits.withUnsafeBufferPointer { buffer in buffer.map { $0 > 0 ? 1 : 0 } }
    }

    /// The pixels whose logit is above 0, at the size of the source slice.
    public var mask: FrameMask {
        let runs = logits.withUnsafeBufferPointer { logits in
            var runs: [Range<Int>] = []
            var start: Int?
            for index in 0..<logits.count where (logits[index] > 0) != (start != nil) {
                if let begun = start {
                    runs.append(begun..<index)
                    start = nil
                } else {
                    start = index
                }
            }
            if let start { runs.append(start..<logits.count) }
            return runs
        }
        return FrameMask(rows: logits.shape[0], columns: logits.shape[1], runs: runs)
    }
}
