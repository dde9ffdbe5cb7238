import SegmentAnything
import Synchronization
import Tensors

/// A network whose answer anyone can compute: the pixels of the box that are brighter than a threshold.
struct ThresholdNetwork: SegmentationModel {
    var threshold: UInt8 = 127
    var takesPoints = false
    var predictedIoU: Float = 0.875
    /// Called before each slice.
    var beforeEncoding: @Sendable () throws(ModelError) -> Void = {}

    var traits: ModelTraits {
        ModelTraits(architecture: "threshold", inputSize: 64, takesPoints: takesPoints, takesMasks: false)
    }

    func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding {
        try beforeEncoding()
        return ImageEmbedding(
            features: Tensor(image.pixels.map(Float.init), shape: [image.pixels.count, 1]),
            grid: 1,
            sourceRows: image.rows,
            sourceColumns: image.columns
        )
    }

    func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] {
        let bytes = embedding.features.values
        return prompts.map { prompt in
            let logits = bytes.indices.map { index -> Float in
                let column = Double(index % embedding.sourceColumns) + 0.5
                let row = Double(index / embedding.sourceColumns) + 0.5
                guard let box = prompt.box, box.x0...box.x1 ~= column, box.y0...box.y1 ~= row else { return -1 }
                return bytes[index] > Float(threshold) ? 1 : -1
            }
            return MaskPrediction(
                lowResLogits: Tensor(zeros: [4, 4]),
                logits: Tensor(logits, shape: [embedding.sourceRows, embedding.sourceColumns]),
                predictedIoU: predictedIoU
            )
        }
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() { count.withLock { $0 += 1 } }
}
