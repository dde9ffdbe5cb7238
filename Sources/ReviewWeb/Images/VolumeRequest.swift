import DICOMFiles
import DurableFiles
import Foundation

/// The frames of a volume, as far as they are needed to decode it.
package struct VolumeRequest: Sendable, Hashable, Codable {
    /// One slice.
    package struct Frame: Sendable, Hashable, Codable {
        /// The bytes of the file's path.
        package let file: Data
        /// The frame in its file, from 0.
        package let index: Int
        /// The SOP Instance UID that the file must have.
        package let instance: String
        /// What is known of the stored values before the file is opened; `nil` for frames of a multi-frame image.
        package let values: StoredValues?

        package var path: RawPath { RawPath(bytes: file) }
    }

    /// Pixel rows of each slice.
    package let rows: Int
    /// Pixel columns of each slice.
    package let columns: Int
    /// In ascending order along the slice normal.
    package let frames: [Frame]
    /// Slices that are wanted first.
    package var first: [Int]

    package init(rows: Int, columns: Int, frames: [Frame], first: [Int] = []) {
        self.rows = rows
        self.columns = columns
        self.frames = frames
        self.first = first
    }

    /// The frames of a volume of a series whose headers are known.
    package init(_ volume: ImageVolume, of series: ImageSeries) {
        self.init(
            rows: volume.rows,
            columns: volume.columns,
            frames: volume.frames.map { frame in
                Frame(
                    file: Data(frame.path.bytes),
                    index: frame.frameIndex,
                    instance: frame.sopInstanceUID,
                    values: StoredValues(series.headers[frame.headerIndex])
                )
            }
        )
    }

    /// Bytes of the whole volume at 16 bits a pixel.
    package var length: Int { frames.count * sliceLength }

    /// Bytes of one slice at 16 bits a pixel.
    package var sliceLength: Int { 2 * rows * columns }

    /// Slices spread over the volume by which its range of values is judged: the middle one among them.
    var sample: [Int] {
        let count = min(9, frames.count)
        guard count > 1 else { return [0] }
        return (0..<count).map { $0 * (frames.count - 1) / (count - 1) }
    }
}

/// What stored values can be, and how they become modality values.
package struct StoredValues: Sendable, Hashable, Codable {
    package let bitsStored: Int
    package let isSigned: Bool
    package let slope: Double
    package let intercept: Double

    package init(bitsStored: Int, isSigned: Bool, slope: Double, intercept: Double) {
        self.bitsStored = bitsStored
        self.isSigned = isSigned
        self.slope = slope
        self.intercept = intercept
    }

    init(_ module: PixelModule, _ rescale: ModalityRescale) {
        self.init(
            bitsStored: module.bitsStored,
            isSigned: module.isSigned,
            slope: rescale.slope,
            intercept: rescale.intercept
        )
    }

    /// As a single-frame image's header says it; each frame of an enhanced image may have a rescale of its own.
    init?(_ header: InstanceHeader) {
        guard !header.isMultiFrame,
            let slope = Self.number("RescaleSlope", in: header, absent: 1),
            let intercept = Self.number("RescaleIntercept", in: header, absent: 0), slope != 0
        else { return nil }
        self.init(
            bitsStored: header.pixels.bitsStored,
            isSigned: header.pixels.isSigned,
            slope: slope,
            intercept: intercept
        )
    }

    private static func number(_ keyword: String, in header: InstanceHeader, absent: Double) -> Double? {
        guard let text = header.attributes[keyword]?.first, !text.isEmpty else { return absent }
        return Double(text)
    }

    /// The smallest and the largest stored value that the bits can hold.
    var range: ClosedRange<Int> {
        let count = 1 << bitsStored
        return isSigned ? -count / 2...count / 2 - 1 : 0...count - 1
    }
}
