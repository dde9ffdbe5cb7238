import DICOMSegmentation
import Evaluation
import Training

/// Overlaps counted pixel by pixel.
enum SliceOverlapNaive {
    static func between(_ mask: SegmentMask, _ truth: SegmentMask) -> [SliceOverlap] {
        mask.frames.indices.compactMap { slice in
            let found = mask[slice]?.unpacked()
            let wanted = truth[slice]?.unpacked()
            guard let count = (found ?? wanted)?.count else { return nil }
            let both = (0..<count).filter { found?[$0] == 1 && wanted?[$0] == 1 }.count
            return SliceOverlap(
                slice: slice,
                intersection: both,
                predicted: found?.filter { $0 == 1 }.count ?? 0,
                truth: wanted?.filter { $0 == 1 }.count ?? 0
            )
        }
    }

    static func found(_ mask: SegmentMask, _ truth: SegmentMask) -> [SliceOverlap] {
        SliceOverlap.between(mask, truth: truth)
    }
}
