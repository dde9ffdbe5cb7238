import DICOMSegmentation
import Testing

/// Segmentations that hold no pixel.
enum SegmentMaskMaker {
    static func empty(_ count: Int) -> SegmentMask { SegmentMask(frameCount: count) }

    static func encoded(_ request: SegmentationRequest) throws -> [UInt8] {
        guard case .encoded(let file) = try SegmentationBuilder.build(request) else {
            throw ConformanceSeries.Missing(description: "nothing was encoded")
        }
        return file.bytes
    }
}
