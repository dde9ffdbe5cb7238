import DICOMFiles
import Foundation

/// Decoded frames as bytes: words of Bits Allocated in little-endian order, or packed bits for masks (PS3.5 section 8.1.1).
struct FrameBytes {
    private let file: DICOMFile
    private let count: Int
    /// `nil` for masks of one bit.
    private let reader: FrameReader?
    private let bitsPerFrame: Int

    init(_ file: DICOMFile) throws {
        self.file = file
        let dataset = file.dataset
        guard dataset.integer(.bitsAllocated) == 1 else {
            let reader = try FrameReader(file, allowingPalette: true)
            self.reader = reader
            count = reader.module.numberOfFrames
            bitsPerFrame = reader.module.pixelsPerFrame * reader.module.bitsAllocated
            return
        }
        guard let rows = dataset.integer(.rows), let columns = dataset.integer(.columns), rows > 0, columns > 0,
            !file.isEncapsulated, file.hasPixelData
        else { throw DICOMFileError(.badPixelModule, "The masks have no rows or columns") }
        reader = nil
        bitsPerFrame = rows * columns
        count = dataset.integer(.numberOfFrames) ?? 1
        guard count > 0, (count * bitsPerFrame + 7) / 8 <= file.nativePixelLength else {
            throw DICOMFileError(.truncatedPixels, "The pixel data end too early")
        }
    }

    /// Frames by their numbers from 1; each mask begins with a byte of its own.
    func frames(_ numbers: [Int]) throws -> [Data] {
        try numbers.map { number in
            guard 1...count ~= number else { throw ImagingExamination.Refusal.absent }
            return Data(try frame(number - 1))
        }
    }

    /// The whole of the pixel data, masks packed without gaps.
    func all() throws -> [UInt8] {
        guard reader != nil else { return try file.nativePixelBytes(in: 0..<file.nativePixelLength) }
        return try (0..<count).flatMap { try frame($0) }
    }

    private func frame(_ index: Int) throws -> [UInt8] {
        guard let reader else { return try mask(index) }
        let width = reader.module.bitsAllocated / 8
        let values = try reader.storedValues(frameAt: index)
        return [UInt8](unsafeUninitializedCapacity: values.count * width) { buffer, initialized in
            for (place, value) in values.enumerated() {
                for byte in 0..<width {
                    buffer[place * width + byte] = UInt8(truncatingIfNeeded: value >> Int32(8 * byte))
                }
            }
            initialized = values.count * width
        }
    }

    private func mask(_ index: Int) throws -> [UInt8] {
        let first = index * bitsPerFrame
        let bytes = try file.nativePixelBytes(in: first / 8..<(first + bitsPerFrame + 7) / 8)
        let shift = first % 8
        var packed = [UInt8](repeating: 0, count: (bitsPerFrame + 7) / 8)
        for place in packed.indices {
            let low = UInt16(bytes[place])
            let high = place + 1 < bytes.count ? UInt16(bytes[place + 1]) << 8 : 0
            packed[place] = UInt8(truncatingIfNeeded: (low | high) >> UInt16(shift))
        }
        if bitsPerFrame % 8 != 0 { packed[packed.count - 1] &= 1 << UInt8(bitsPerFrame % 8) - 1 }
        return packed
    }
}
