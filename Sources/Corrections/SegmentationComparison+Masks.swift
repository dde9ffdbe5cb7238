import DICOMSegmentation
import DurableFiles

extension SegmentationComparison {
    /// Counts and hashes masks that lie on the frames of one volume.
    init(_ masks: [Int: SegmentMask], _ results: [Int: SegmentMask], _ pairs: [ComparisonRequest.Pair]) {
        segments = masks.sorted { $0.key < $1.key }.map { number, mask in
            Pixels(number: number, voxels: mask.pixelCount, digest: mask.digest.hex)
        }
        overlaps = pairs.compactMap { pair in
            guard let mask = masks[pair.number], let result = results[pair.resultNumber] else { return nil }
            return Overlap(pair: pair, resultVoxels: result.pixelCount, common: mask.commonPixels(with: result))
        }
    }
}

extension SegmentMask {
    /// Over the index of each frame that has a pixel, and its bits.
    var digest: SHA256Digest {
        var hash = SHA256Accumulator()
        for (index, frame) in frames.enumerated() {
            guard let frame else { continue }
            withUnsafeBytes(of: UInt64(index).littleEndian) { hash.update($0) }
            frame.packed.withUnsafeBytes { hash.update($0) }
        }
        return hash.digest()
    }

    /// How many voxels two masks on the same frames share.
    func commonPixels(with other: SegmentMask) -> Int {
        zip(frames, other.frames).reduce(0) { sum, pair in
            guard let left = pair.0, let right = pair.1 else { return sum }
            return sum + zip(left.packed, right.packed).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
        }
    }
}
