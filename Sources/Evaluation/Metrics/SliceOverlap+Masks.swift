import DICOMSegmentation
import Training

extension SliceOverlap {
    /// The overlap of a mask and the truth on every slice on which either has a pixel, ascending.
    public static func between(_ mask: SegmentMask, truth: SegmentMask) -> [SliceOverlap] {
        precondition(mask.frames.count == truth.frames.count, "masks of different stacks cannot be compared")
        return zip(mask.frames, truth.frames).enumerated().compactMap { slice, frames in
            let (found, truth) = frames
            guard found != nil || truth != nil else { return nil }
            let both = zip(found?.packed ?? [], truth?.packed ?? [])
            return SliceOverlap(
                slice: slice,
                intersection: both.reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount },
                predicted: found?.pixelCount ?? 0,
                truth: truth?.pixelCount ?? 0
            )
        }
    }
}
