import CDCMTK

/// The image pixel module of a greyscale image (PS3.3 section C.7.6.3), checked for contradictions.
public struct PixelModule: Sendable, Hashable, Codable {
    /// Pixel rows of a frame.
    public let rows: Int
    /// Pixel columns of a frame.
    public let columns: Int
    /// 1 for an image that is not multi-frame.
    public let numberOfFrames: Int
    /// 8, 16 or 32.
    public let bitsAllocated: Int
    /// Bits of a word that belong to the value.
    public let bitsStored: Int
    /// The highest bit of the value in its word.
    public let highBit: Int
    /// Stored values are two's complement.
    public let isSigned: Bool
    /// MONOCHROME1: small values are shown bright. Stored and modality values are not changed by it.
    public let isInverted: Bool
    /// Pixel Padding Value: the stored value of pixels that are not part of the image.
    public let paddingValue: Int32?

    /// Reads and checks the attributes.
    ///
    /// `allowingPalette` takes PALETTE COLOR as well, whose stored values are indices: label maps come with one.
    public init(reading dataset: DICOMDataset, allowingPalette: Bool = false) throws(DICOMFileError) {
        try Self.requireGreyscale(dataset, allowingPalette: allowingPalette)
        rows = try Self.required(.rows, of: dataset)
        columns = try Self.required(.columns, of: dataset)
        bitsAllocated = try Self.required(.bitsAllocated, of: dataset)
        bitsStored = try Self.required(.bitsStored, of: dataset)
        highBit = try Self.required(.highBit, of: dataset)
        let representation = try Self.required(.pixelRepresentation, of: dataset)
        isSigned = representation == 1
        isInverted = dataset.string(.photometricInterpretation) == "MONOCHROME1"
        paddingValue = dataset.integer(.pixelPaddingValue).map { Int32(truncatingIfNeeded: $0) }
        numberOfFrames = try Self.frames(of: dataset)
        guard rows > 0, columns > 0, numberOfFrames > 0 else {
            throw DICOMFileError(.badPixelModule, "The image has no rows, columns or frames")
        }
        guard [8, 16, 32].contains(bitsAllocated), (1...bitsAllocated).contains(bitsStored),
            highBit < bitsAllocated, highBit >= bitsStored - 1, representation <= 1
        else {
            throw DICOMFileError(
                .badPixelModule,
                "Bits Allocated, Bits Stored, High Bit and Pixel Representation contradict each other"
            )
        }
    }

    /// Pixels of one frame.
    public var pixelsPerFrame: Int { rows * columns }

    var shimModule: CDCMTK_pixel_module {
        CDCMTK_pixel_module(
            rows: UInt32(rows),
            columns: UInt32(columns),
            frames: UInt32(clamping: numberOfFrames),
            bits_allocated: UInt16(bitsAllocated),
            bits_stored: UInt16(bitsStored),
            high_bit: UInt16(highBit),
            pixel_representation: isSigned ? 1 : 0
        )
    }

    private static func requireGreyscale(
        _ dataset: DICOMDataset,
        allowingPalette: Bool
    ) throws(DICOMFileError) {
        guard let photometric = dataset.string(.photometricInterpretation) else {
            throw DICOMFileError(.missingAttribute, "Photometric Interpretation is missing")
        }
        guard
            ["MONOCHROME1", "MONOCHROME2"].contains(photometric) || allowingPalette && photometric == "PALETTE COLOR",
            dataset.integer(.samplesPerPixel) ?? 1 == 1
        else { throw DICOMFileError(.notGreyscale, "The image is in colour") }
    }

    private static func frames(of dataset: DICOMDataset) throws(DICOMFileError) -> Int {
        guard dataset.hasValue(.numberOfFrames) else { return 1 }
        guard let frames = dataset.integer(.numberOfFrames) else {
            throw DICOMFileError(.badPixelModule, "Number of Frames is no number")
        }
        return frames
    }

    private static func required(_ tag: DICOMTag, of dataset: DICOMDataset) throws(DICOMFileError) -> Int {
        guard let value = dataset.integer(tag) else {
            throw DICOMFileError(.missingAttribute, "\(tag.keyword ?? tag.description) is missing")
        }
        guard (0...65535).contains(value) else {
            throw DICOMFileError(.badPixelModule, "\(tag.keyword ?? tag.description) is out of range")
        }
        return value
    }
}
