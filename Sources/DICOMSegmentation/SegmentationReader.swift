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
        try read(DICOMFile.open(path))
    }

    /// Reads a file that is in memory.
    public static func read(bytes: [UInt8]) throws -> Segmentation {
        try read(DICOMFile.open(bytes: bytes))
    }

    /// Reads an open file.
    public static func read(_ file: DICOMFile) throws -> Segmentation {
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
        return Segmentation(
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
            frames: try frames(of: dataset, pixels: pixels, numbers: numbers),
            referencedSeries: referencedSeries(of: dataset)
        )
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

    // MARK: - Frames

    private static func frames(
        of dataset: DICOMDataset,
        pixels: SegmentationPixels,
        numbers: Set<Int>
    ) throws -> [Segmentation.Frame] {
        let shared = dataset.firstItem(.sharedFunctionalGroupsSequence)
        let items = dataset.items(.perFrameFunctionalGroupsSequence)
        guard items.count == pixels.frameCount else {
            throw SegmentationError(
                .inconsistent,
                "NumberOfFrames is \(pixels.frameCount) but there are \(items.count) functional groups"
            )
        }
        return try items.enumerated().flatMap { index, item in
            func macro(_ tag: DICOMTag) -> DICOMDataset? { item.firstItem(tag) ?? shared?.firstItem(tag) }
            let named = macro(.segmentIdentificationSequence)?.integer(.referencedSegmentNumber)
            let masks = try pixels.masks(index, named: named)
            guard masks.allSatisfy({ numbers.contains($0.number) }) else {
                throw SegmentationError(.inconsistent, "frame \(index + 1) belongs to a segment that is not described")
            }
            let plane = try plane(macro, rows: pixels.rows, columns: pixels.columns, frame: index + 1)
            let derivation = item.items(.derivationImageSequence) + (shared?.items(.derivationImageSequence) ?? [])
            let references = derivation.flatMap { $0.items(.sourceImageSequence) }.flatMap(references)
            return masks.map { number, mask in
                Segmentation.Frame(segmentNumber: number, plane: plane, mask: mask, references: references)
            }
        }
    }

    private static func plane(
        _ macro: (DICOMTag) -> DICOMDataset?,
        rows: Int,
        columns: Int,
        frame: Int
    ) throws(SegmentationError) -> PlaneGeometry? {
        guard let position = macro(.planePositionSequence)?.doubles(.imagePositionPatient), position.count == 3,
            let orientation = macro(.planeOrientationSequence)?.doubles(.imageOrientationPatient),
            orientation.count == 6,
            let spacing = macro(.pixelMeasuresSequence)?.doubles(.pixelSpacing), spacing.count == 2
        else { return nil }
        let plane = PlaneGeometry(
            position: Vector3(position[0], position[1], position[2]),
            rowDirection: Vector3(orientation[0], orientation[1], orientation[2]),
            columnDirection: Vector3(orientation[3], orientation[4], orientation[5]),
            rowSpacing: spacing[0],
            columnSpacing: spacing[1],
            rows: rows,
            columns: columns
        )
        guard let plane else {
            throw SegmentationError(.inconsistent, "the position, orientation or spacing of frame \(frame) is no plane")
        }
        return plane
    }

    // MARK: - References

    private static func references(_ item: DICOMDataset) -> [SourceReference] {
        guard let instance = item.string(.referencedSOPInstanceUID) else { return [] }
        let classUID = item.string(.referencedSOPClassUID) ?? ""
        let numbers = item.strings(.referencedFrameNumber).compactMap { Int($0) }
        guard !numbers.isEmpty else {
            return [SourceReference(sopClassUID: classUID, sopInstanceUID: instance)]
        }
        return numbers.map { SourceReference(sopClassUID: classUID, sopInstanceUID: instance, frameNumber: $0) }
    }

    private static func referencedSeries(of dataset: DICOMDataset) -> [String: [SourceReference]] {
        var found: [String: [SourceReference]] = [:]
        for series in dataset.items(.referencedSeriesSequence) {
            guard let uid = series.string(.seriesInstanceUID) else { continue }
            found[uid, default: []] += series.items(.referencedInstanceSequence).flatMap(references)
        }
        return found
    }
}
