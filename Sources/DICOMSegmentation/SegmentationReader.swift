import DICOMFiles
import DurableFiles
import Geometry

/// Reads segmentations of any maker, with an unpacker of its own for BINARY ones.
///
/// DCMTK's reader of segmentations shifts masks where rows × columns is no multiple of 8, and is not used. Frames may
/// be cropped: they keep their own geometry, and ``Segmentation/masks(on:)`` puts them on a series. What is not certain
/// is refused with a ``SegmentationError``; a file that cannot be parsed gives a `DICOMFileError`.
public enum SegmentationReader {
    /// Segmentation Storage (PS3.6 table A-1).
    public static let sopClassUID = "1.2.840.10008.5.1.4.1.1.66.4"
    /// Label Map Segmentation Storage.
    public static let labelMapSOPClassUID = "1.2.840.10008.5.1.4.1.1.66.7"

    /// Reads a file.
    public static func read(_ path: RawPath) throws -> Segmentation {
        try read(open(path))
    }

    /// Opens a file whose frames are parsed one by one, and whose list of source images is not needed.
    static func open(_ path: RawPath) throws -> DICOMFile {
        try DICOMFile.open(path, leaving: [.perFrameFunctionalGroupsSequence, .sourceImageSequence])
    }

    /// Reads a file that is in memory.
    public static func read(bytes: [UInt8]) throws -> Segmentation {
        try read(DICOMFile.open(bytes: bytes))
    }

    /// Reads an open file.
    public static func read(_ file: DICOMFile) throws -> Segmentation {
        let (described, frames) = try describe(file)
        return Segmentation(described, frames: try (0..<frames.count).flatMap(frames.frames))
    }

    /// What an open file says of itself, without frames, and the frames, each of which is read when it is asked for.
    static func describe(_ file: DICOMFile) throws -> (Segmentation, SegmentationFrames) {
        let dataset = file.dataset
        guard let sopClass = dataset.string(.sopClassUID), [sopClassUID, labelMapSOPClassUID].contains(sopClass) else {
            throw SegmentationError(.notASegmentation, "the SOP class is not that of a segmentation")
        }
        guard let type = dataset.string(.segmentationType).flatMap(Segmentation.SegmentationType.init) else {
            throw SegmentationError(.notASegmentation, "SegmentationType is not BINARY, FRACTIONAL or LABELMAP")
        }
        let pixels = try SegmentationPixels(file, type: type)
        let segments = try segments(of: dataset, background: pixels.background)
        let numbers = Set(segments.map(\.number))
        guard numbers.count == segments.count else {
            throw SegmentationError(.inconsistent, "two segments have the same number")
        }
        let described = Segmentation(
            type: type,
            sopClassUID: sopClass,
            sopInstanceUID: try required(.sopInstanceUID, in: dataset),
            seriesInstanceUID: try required(.seriesInstanceUID, in: dataset),
            studyInstanceUID: try required(.studyInstanceUID, in: dataset),
            frameOfReferenceUID: dataset.string(.frameOfReferenceUID),
            rows: pixels.rows,
            columns: pixels.columns,
            segmentsOverlap: dataset.string(.segmentsOverlap),
            segments: segments,
            frames: [],
            referencedSeries: referencedSeries(of: dataset)
        )
        return (described, try SegmentationFrames(file, pixels: pixels, numbers: numbers))
    }

    private static func required(_ tag: DICOMTag, in dataset: DICOMDataset) throws(SegmentationError) -> String {
        guard let value = dataset.string(tag) else {
            throw SegmentationError(.inconsistent, "\(tag.name) is missing")
        }
        return value
    }

    // MARK: - Segments

    private static func segments(
        of dataset: DICOMDataset,
        background: Int?
    ) throws -> [Segmentation.Segment] {
        let items = dataset.items(.segmentSequence)
        guard !items.isEmpty else { throw SegmentationError(.inconsistent, "SegmentSequence has no item") }
        return try items.compactMap { item in
            guard let number = item.integer(.segmentNumber), number >= 0 else {
                throw SegmentationError(.inconsistent, "a segment has no number")
            }
            guard number != background else { return nil }
            let type = item.firstItem(.segmentedPropertyTypeCodeSequence)
            return Segmentation.Segment(
                number: number,
                label: item.string(.segmentLabel) ?? "",
                category: code(item.firstItem(.segmentedPropertyCategoryCodeSequence)),
                type: code(type),
                typeModifiers: modifiers(of: item, type),
                algorithmType: item.string(.segmentAlgorithmType) ?? "",
                algorithmName: item.string(.segmentAlgorithmName),
                trackingID: item.string(.trackingID),
                trackingUID: item.string(.trackingUID)
            )
        }
    }

    /// The standard puts them into the item of the type; some software puts them beside it.
    private static func modifiers(of item: DICOMDataset, _ type: DICOMDataset?) -> [CodedConcept] {
        let within = type?.items(.segmentedPropertyTypeModifierCodeSequence) ?? []
        return (within + item.items(.segmentedPropertyTypeModifierCodeSequence)).compactMap(code)
    }

    private static func code(_ item: DICOMDataset?) -> CodedConcept? {
        guard let item, let value = item.string(.codeValue) ?? item.string(.longCodeValue),
            let scheme = item.string(.codingSchemeDesignator)
        else { return nil }
        return CodedConcept(value: value, scheme: scheme, meaning: item.string(.codeMeaning) ?? "")
    }

    // MARK: - References

    private static func referencedSeries(of dataset: DICOMDataset) -> [String: [SourceReference]] {
        var found: [String: [SourceReference]] = [:]
        for series in dataset.items(.referencedSeriesSequence) {
            guard let uid = series.string(.seriesInstanceUID) else { continue }
            found[uid, default: []] += series.items(.referencedInstanceSequence).flatMap(SegmentationFrames.references)
        }
        return found
    }
}
