import DICOMFiles

/// The pixels of a segmentation of any type, as masks of segments.
enum SegmentationPixels {
    case binary(BinaryPixelModule, DICOMFile)
    case fractional(ValuedPixels)
    case labelMap(ValuedPixels, background: Int)

    init(_ file: DICOMFile, type: Segmentation.SegmentationType) throws {
        switch type {
        case .binary:
            self = .binary(try BinaryPixelModule(file), file)
        case .fractional:
            self = .fractional(try ValuedPixels(file))
        case .labelMap:
            // Without Pixel Padding Value the background is 0, as all known writers have it.
            self = .labelMap(try ValuedPixels(file), background: file.dataset.integer(.pixelPaddingValue) ?? 0)
        }
    }

    var rows: Int {
        switch self {
        case .binary(let module, _): module.rows
        case .fractional(let pixels), .labelMap(let pixels, _): pixels.module.rows
        }
    }

    var columns: Int {
        switch self {
        case .binary(let module, _): module.columns
        case .fractional(let pixels), .labelMap(let pixels, _): pixels.module.columns
        }
    }

    var frameCount: Int {
        switch self {
        case .binary(let module, _): module.frames
        case .fractional(let pixels), .labelMap(let pixels, _): pixels.module.numberOfFrames
        }
    }

    /// The value of pixels that belong to no segment, in a label map.
    var background: Int? {
        guard case .labelMap(_, let background) = self else { return nil }
        return background
    }

    /// The masks of a frame from 0: one, perhaps empty, of the segment that the frame names; in a label map those of the
    /// segments that have pixels.
    func masks(_ index: Int, named: Int?) throws -> [(number: Int, mask: FrameMask?)] {
        if case .labelMap(let pixels, let background) = self {
            return try pixels.labelMasks(index, background: background)
        }
        guard let named else {
            throw SegmentationError(.inconsistent, "frame \(index + 1) names no segment")
        }
        switch self {
        case .binary(let module, let file): return [(named, try module.mask(index, of: file))]
        case .fractional(let pixels): return [(named, try pixels.halfMask(index))]
        case .labelMap: return []
        }
    }
}
