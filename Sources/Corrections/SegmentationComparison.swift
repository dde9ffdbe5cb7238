import DICOMFiles
import DurableFiles

/// Two segmentations that are to be laid over one volume.
package struct ComparisonRequest: Sendable, Hashable, Codable {
    /// A stored image, with the digest that it was stored with.
    package struct Source: Sendable, Hashable, Codable {
        package let path: RawPath
        package let digest: String
    }

    /// A segment of the correction and the one of the result that it is compared with, by their numbers.
    package struct Pair: Sendable, Hashable, Codable {
        package let number: Int
        package let resultNumber: Int
    }

    package let correction: RawPath
    /// `nil` where the job found nothing and wrote no segmentation.
    package let result: RawPath?
    package let resultDigest: String?
    /// The instances of the job's volume.
    package let sources: [Source]
    package let pairs: [Pair]
}

/// What lies where on the volume.
package struct SegmentationComparison: Sendable, Hashable, Codable {
    /// The pixels of one segment of the correction.
    package struct Pixels: Sendable, Hashable, Codable {
        package let number: Int
        package let voxels: Int
        /// Over the pixels on the volume's frames.
        package let digest: String
    }

    /// A pair's pixels.
    package struct Overlap: Sendable, Hashable, Codable {
        package let pair: ComparisonRequest.Pair
        package let resultVoxels: Int
        /// Voxels that both have.
        package let common: Int
    }

    package let segments: [Pixels]
    package let overlaps: [Overlap]
}
