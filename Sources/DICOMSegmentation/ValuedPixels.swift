import DICOMFiles

/// The pixels of a FRACTIONAL or LABELMAP segmentation: a value of 8 or 16 bits for each pixel, native or compressed.
struct ValuedPixels {
    let module: PixelModule
    private let reader: FrameReader
    private let file: DICOMFile

    init(_ file: DICOMFile) throws {
        reader = try FrameReader(file)
        module = reader.module
        self.file = file
        guard !module.isSigned, module.bitsAllocated <= 16, module.bitsStored == module.bitsAllocated else {
            throw SegmentationError(.inconsistent, "the values of a segmentation are unsigned words of 8 or 16 bits")
        }
    }

    /// The mask of a frame from 0 of a FRACTIONAL segmentation: what is at least half of Maximum Fractional Value belongs
    /// to the segment (PS3.3 section C.8.20.2.3). `nil` when nothing does.
    func halfMask(_ index: Int) throws -> FrameMask? {
        guard let maximum = file.dataset.integer(.maximumFractionalValue), maximum > 0 else {
            throw SegmentationError(.inconsistent, "MaximumFractionalValue is missing or zero")
        }
        let values = try reader.storedValues(frameAt: index)
        guard values.allSatisfy({ Int($0) <= maximum }) else {
            throw SegmentationError(.inconsistent, "frame \(index + 1) has values above MaximumFractionalValue")
        }
        let mask = FrameMask(
            rows: module.rows,
            columns: module.columns,
            pixels: values.map { 2 * Int($0) >= maximum ? 1 : 0 }
        )
        return mask.isEmpty ? nil : mask
    }

    /// The masks of a frame from 0 of a LABELMAP by segment number, ascending, without the background.
    func labelMasks(_ index: Int, background: Int) throws -> [(number: Int, mask: FrameMask)] {
        let values = try reader.storedValues(frameAt: index)
        let numbers = Set(values).subtracting([Int32(truncatingIfNeeded: background)]).sorted()
        return numbers.map { number in
            let pixels: [UInt8] = values.map { $0 == number ? 1 : 0 }
            return (Int(number), FrameMask(rows: module.rows, columns: module.columns, pixels: pixels))
        }
    }
}
