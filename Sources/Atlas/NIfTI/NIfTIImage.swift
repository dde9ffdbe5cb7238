import DurableFiles
import Geometry

/// A three-dimensional image from a NIfTI-1 file (`.nii`, `.nii.gz`), in LPS.
///
/// NIfTI's world is RAS; the map given here is converted. Source: nifti1.h of the NIfTI Data Format Working Group.
public struct NIfTIImage: Sendable {
    /// Voxels along i, j and k; i varies fastest in ``values``.
    public let size: GridSize
    /// (i, j, k) → LPS in millimetres; index (0, 0, 0) is the centre of the first voxel.
    public let affine: Affine3D
    /// Scaled values.
    public let values: [Float]

    /// An image in memory.
    public init(size: GridSize, affine: Affine3D, values: [Float]) {
        precondition(values.count == size.count, "an image has a value for every voxel")
        self.size = size
        self.affine = affine
        self.values = values
    }

    /// Reads a file; at most `limit` bytes are read and at most `limit` bytes are inflated.
    ///
    /// Throws ``NIfTIError``, or `FileError` where the file cannot be read.
    public init(contentsOf path: RawPath, limit: Int = 1 << 30) throws {
        try self.init(bytes: try ReadOnlyFile(path, subject: "NIfTI file").readAll(limit: limit), limit: limit)
    }

    /// Parses a whole file in memory; at most `limit` bytes are inflated.
    public init(bytes: [UInt8], limit: Int = 1 << 30) throws(NIfTIError) {
        let isCompressed = bytes.starts(with: [0x1F, 0x8B])
        let header: NIfTIHeader
        let contents: [UInt8]
        if isCompressed {
            var stream = try GzipStream(bytes)
            var inflated: [UInt8] = []
            try stream.read(NIfTIHeader.byteCount, appendingTo: &inflated)
            header = try NIfTIHeader(bytes: inflated)
            let needed = try Self.checkedSize(header, limit: limit)
            // Deflate expands by no more than 1032 (zlib's technical notes): such a claim needs no inflating.
            guard needed / 1032 <= bytes.count else { throw .truncated(expectedBytes: needed, foundBytes: bytes.count) }
            try stream.read(needed - inflated.count, appendingTo: &inflated)
            contents = inflated
        } else {
            header = try NIfTIHeader(bytes: Array(bytes.prefix(NIfTIHeader.byteCount)))
            _ = try Self.checkedSize(header, limit: limit)
            contents = bytes
        }
        let needed = header.dataOffset + header.dataByteCount
        guard contents.count >= needed else { throw .truncated(expectedBytes: needed, foundBytes: contents.count) }
        let values = contents.withUnsafeBytes { buffer in
            header.element.decode(UnsafeRawBufferPointer(rebasing: buffer[header.dataOffset...]), header: header)
        }
        guard values.allSatisfy(\.isFinite) else { throw .notFinite }
        self.init(size: header.size, affine: header.affine, values: values)
    }

    /// The values as an intensity volume.
    public func intensities(modality: AtlasModality) -> IntensityVolume {
        IntensityVolume(size: size, affine: affine, values: values, modality: modality)
    }

    /// The values as labels.
    public func labels() throws(NIfTIError) -> LabelVolume {
        var labels = [UInt16](repeating: 0, count: values.count)
        for (index, value) in values.enumerated() {
            guard value >= 0, value <= 65535, value == value.rounded() else { throw .notLabels }
            labels[index] = UInt16(value)
        }
        return LabelVolume(size: size, affine: affine, values: labels)
    }

    /// The bytes of header and voxels, when they are within the limit; decoded voxels take 4 bytes each.
    private static func checkedSize(_ header: NIfTIHeader, limit: Int) throws(NIfTIError) -> Int {
        // Lengths are below 2^15 each, so neither product can overflow 64 bits.
        let bytes = header.dataOffset + header.size.count * max(4, header.element.byteCount)
        guard bytes <= limit else { throw .tooLarge(bytes: bytes, limit: limit) }
        return header.dataOffset + header.dataByteCount
    }
}
