import DICOMFiles

/// The pixel module of a BINARY segmentation, checked so that its bits can be unpacked (PS3.3 section C.8.20.2).
struct BinaryPixelModule {
    let rows: Int
    let columns: Int
    let frames: Int

    init(_ file: DICOMFile) throws(SegmentationError) {
        let dataset = file.dataset
        guard let rows = dataset.integer(.rows), let columns = dataset.integer(.columns),
            let frames = dataset.integer(.numberOfFrames), rows > 0, columns > 0, frames > 0
        else {
            throw SegmentationError(.inconsistent, "Rows, Columns or NumberOfFrames is missing or zero")
        }
        let bits = [DICOMTag.bitsAllocated, .bitsStored, .highBit, .pixelRepresentation, .samplesPerPixel]
        guard bits.map({ dataset.integer($0) }) == [1, 1, 0, 0, 1] else {
            throw SegmentationError(.inconsistent, "a BINARY segmentation has one bit for each pixel and one sample")
        }
        guard file.hasPixelData, !file.isEncapsulated else {
            throw SegmentationError(.notASegmentation, "there are no native pixel data")
        }
        let (bitsPerFrame, overflow) = rows.multipliedReportingOverflow(by: columns)
        let (allBits, more) = bitsPerFrame.multipliedReportingOverflow(by: frames)
        guard !overflow, !more, allBits < Int.max - 16 else {
            throw SegmentationError(.inconsistent, "Rows × Columns × NumberOfFrames is too large")
        }
        // The pad byte may be missing or there may be one; frames that are padded one by one would be shifted.
        let length = file.nativePixelLength
        guard length == (allBits + 7) / 8 || length == BitStream.byteCount(frames: frames, bitsPerFrame: bitsPerFrame)
        else {
            throw SegmentationError(
                .inconsistent,
                "PixelData has \(length) bytes where \(frames) frames of \(bitsPerFrame) bits need \((allBits + 7) / 8)"
            )
        }
        self.rows = rows
        self.columns = columns
        self.frames = frames
    }

    /// The mask of a frame from 0, or `nil` when no bit is set; only the bytes of that frame are read.
    func mask(_ index: Int, of file: DICOMFile) throws -> FrameMask? {
        let bits = rows * columns
        let range = BitStream.byteRange(of: index, bitsPerFrame: bits)
        let part = try file.nativePixelBytes(in: range)
        let packed = part.withUnsafeBufferPointer {
            BitStream.frame(at: index * bits - 8 * range.lowerBound, bitsPerFrame: bits, of: $0)
        }
        guard packed.contains(where: { $0 != 0 }) else { return nil }
        return FrameMask(rows: rows, columns: columns, packed: packed)
    }
}
