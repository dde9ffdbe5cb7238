import DurableFiles
import Geometry

/// One frame of a series: what a segmentation needs to refer to it, and where its pixels are.
public struct SourceFrame: Sendable, Hashable, Codable {
    /// Index of the file in ``ImageSeries/headers``.
    public let headerIndex: Int
    /// The number in a multi-frame image, from 1; `nil` for a single-frame image, which is referred to without one.
    public let frameNumber: Int?
    /// SOP Class UID of the file.
    public let sopClassUID: String
    /// SOP Instance UID of the file.
    public let sopInstanceUID: String
    /// Where the frame lies, and how the source spells it.
    public let geometry: FrameGeometry
    /// The file.
    public let path: RawPath

    /// The frame of a header by its index from 0.
    public init(header: InstanceHeader, headerIndex: Int, frameIndex: Int) {
        self.headerIndex = headerIndex
        frameNumber = header.isMultiFrame ? frameIndex + 1 : nil
        sopClassUID = header.sopClassUID
        sopInstanceUID = header.sopInstanceUID
        geometry = header.frames[frameIndex]
        path = header.path
    }

    /// The index for ``FrameReader``, from 0.
    public var frameIndex: Int { (frameNumber ?? 1) - 1 }

    /// Where the frame lies.
    public var plane: PlaneGeometry { geometry.plane }
}
