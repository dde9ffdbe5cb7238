import DICOMSegmentation
import Tensors

/// A mask on its way from slice to slice, and when the way ends.
struct PropagationState: Sendable {
    /// On the last slice.
    private(set) var mask: FrameMask
    /// The logits that it came from; `nil` for the person's own.
    private(set) var logits: Tensor?
    /// What the model thought of the first slices: falling far below it means that the structure has ended.
    private var bestPredictedIoU = 0.0

    init(_ mask: FrameMask) { self.mask = mask }

    /// Below this the model itself does not believe in its mask.
    private static let smallestPredictedIoU = 0.5
    /// Below this share of what it thought of its best mask, neither.
    private static let smallestShare = 0.75
    /// From one slice to the next an area changes by less, unless the structure ends or another one is found.
    private static let areaChange = 0.4...2.5
    /// The masks of neighbouring slices overlap at least so far (intersection over the smaller one).
    private static let smallestOverlap = 0.4

    /// Why the mask of the next slice is not to be believed; `nil` where it is.
    func reasonToStop(at next: SlicePrompting.Prediction) -> String? {
        guard !next.mask.isEmpty else { return "empty" }
        let smallest = max(Self.smallestPredictedIoU, Self.smallestShare * bestPredictedIoU)
        guard next.predictedIoU >= smallest else { return "quality" }
        let change = Double(next.mask.pixelCount) / Double(mask.pixelCount)
        let common = zip(mask.packed, next.mask.packed).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
        let overlap = Double(common) / Double(min(mask.pixelCount, next.mask.pixelCount))
        return Self.areaChange.contains(change) && overlap >= Self.smallestOverlap ? nil : "area"
    }

    mutating func goOn(with next: SlicePrompting.Prediction) {
        mask = next.mask
        logits = next.lowResLogits
        bestPredictedIoU = max(bestPredictedIoU, next.predictedIoU)
    }
}
