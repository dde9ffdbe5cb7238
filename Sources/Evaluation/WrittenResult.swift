import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Pipeline

/// What `annotate`, `serve` or the pipeline wrote for one series, read back.
struct WrittenResult {
    let receipt: Receipt
    /// The masks of the SEG by tracking ID; none where no SEG was written.
    let masks: [String: SegmentMask]

    /// Reads a result's folder; a result of another series and a SEG that is not the one of its receipt are refused.
    init(folder: RawPath, seriesInstanceUID: String, volume: ImageVolume) throws {
        let path = folder.appending(AnnotationResult.FileName.receipt)
        let bytes = try ReadOnlyFile(path, subject: "receipt").readAll(limit: 1 << 28)
        receipt = try JSONDecoder().decode(Receipt.self, from: Data(bytes))
        guard receipt.series.seriesInstanceUID == seriesInstanceUID else {
            throw AnnotationError.output("the receipt is of another series")
        }
        masks = try Self.masks(in: folder, receipt, volume)
    }

    private static func masks(
        in folder: RawPath,
        _ receipt: Receipt,
        _ volume: ImageVolume
    ) throws -> [String: SegmentMask] {
        guard let written = receipt.segmentation else { return [:] }
        let path = folder.appending(AnnotationResult.FileName.segmentation)
        guard try SHA256Digest(ofFile: path) == written.sha256 else {
            throw AnnotationError.output("the SEG is not the one that its receipt names")
        }
        let segmentation = try SegmentationReader.read(path)
        let masks = try segmentation.masks(on: volume)
        return segmentation.segments.reduce(into: [:]) { found, segment in
            if let id = segment.trackingID { found[id] = masks[segment.number] }
        }
    }

    /// The automatic boxes of a segment of the receipt, by slice.
    static func boxes(of segment: Receipt.Segment?, on volume: ImageVolume) -> [Int: PixelBox] {
        var slices: [String: Int] = [:]
        for (index, frame) in volume.frames.enumerated() {
            slices["\(frame.sopInstanceUID)#\(frame.frameNumber ?? 0)"] = index
        }
        return (segment?.boxes ?? []).reduce(into: [:]) { boxes, entry in
            guard let slice = slices["\(entry.sop)#\(entry.frame ?? 0)"], let box = entry.box, box.count == 4 else {
                return
            }
            boxes[slice] = PixelBox(x0: box[0], y0: box[1], x1: box[2], y1: box[3])
        }
    }
}
