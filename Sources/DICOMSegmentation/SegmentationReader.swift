import DICOMFiles
import DurableFiles
import Geometry

/// Reads BINARY segmentations of any maker with an unpacker of its own.
///
/// DCMTK's reader of segmentations shifts masks where rows × columns is no multiple of 8, and is not used. Frames may
/// be cropped: they keep their own geometry, and ``Segmentation/masks(on:)`` puts them on a series. What is not certain
/// is refused with a ``SegmentationError``; a file that cannot be parsed gives a `DICOMFileError`.
public enum SegmentationReader {
    /// Segmentation Storage (PS3.6 table A-1).
    public static let sopClassUID = "1.2.840.10008.5.1.4.1.1.66.4"

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
        let module = try BinaryPixelModule(file)
        let segments = try segments(of: dataset)
        let numbers = Set(segments.map(\.number))
        guard numbers.count == segments.count else {
            throw SegmentationError(.inconsistent, "two segments have the same number")
        }
        let frames = try frames(of: file, module: module, numbers: numbers)
        return Segmentation(
            sopClassUID: sopClassUID,
            sopInstanceUID: try required(.sopInstanceUID, in: dataset),
            seriesInstanceUID: try required(.seriesInstanceUID, in: dataset),
            studyInstanceUID: try required(.studyInstanceUID, in: dataset),
            frameOfReferenceUID: dataset.string(.frameOfReferenceUID),
            rows: module.rows,
            columns: module.columns,
            segmentsOverlap: dataset.string(.segmentsOverlap),
            segments: segments,
            frames: frames,
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

    private static func segments(of dataset: DICOMDataset) throws(SegmentationError) -> [Segmentation.Segment] {
        let items = dataset.items(.segmentSequence)
        guard !items.isEmpty else { throw SegmentationError(.inconsistent, "SegmentSequence has no item") }
        return try items.map { item throws(SegmentationError) in
            guard let number = item.integer(.segmentNumber), number > 0 else {
                throw SegmentationError(.inconsistent, "a segment has no number")
            }
            return Segmentation.Segment(
                number: number,
                label: item.string(.segmentLabel) ?? "",
                category: code(item.firstItem(.segmentedPropertyCategoryCodeSequence)),
                type: code(item.firstItem(.segmentedPropertyTypeCodeSequence)),
                algorithmType: item.string(.segmentAlgorithmType) ?? "",
                algorithmName: item.string(.segmentAlgorithmName),
                trackingID: item.string(.trackingID),
                trackingUID: item.string(.trackingUID)
            )
        }
    }

    private static func code(_ item: DICOMDataset?) -> CodedConcept? {
        guard let item, let value = item.string(.codeValue) ?? item.string(.longCodeValue),
            let scheme = item.string(.codingSchemeDesignator)
        else { return nil }
        return CodedConcept(value: value, scheme: scheme, meaning: item.string(.codeMeaning) ?? "")
    }

    // MARK: - Frames

    private static func frames(
        of file: DICOMFile,
        module: BinaryPixelModule,
        numbers: Set<Int>
    ) throws -> [Segmentation.Frame] {
        let dataset = file.dataset
        let shared = dataset.firstItem(.sharedFunctionalGroupsSequence)
        let items = dataset.items(.perFrameFunctionalGroupsSequence)
        guard items.count == module.frames else {
            throw SegmentationError(
                .inconsistent,
                "NumberOfFrames is \(module.frames) but there are \(items.count) functional groups"
            )
        }
        let stream = try file.nativePixelBytes(in: 0..<file.nativePixelLength)
        return try items.enumerated().map { index, item in
            func macro(_ tag: DICOMTag) -> DICOMDataset? { item.firstItem(tag) ?? shared?.firstItem(tag) }
            guard let number = macro(.segmentIdentificationSequence)?.integer(.referencedSegmentNumber),
                numbers.contains(number)
            else {
                throw SegmentationError(.inconsistent, "frame \(index + 1) names no segment of the file")
            }
            let derivation = item.items(.derivationImageSequence) + (shared?.items(.derivationImageSequence) ?? [])
            return Segmentation.Frame(
                segmentNumber: number,
                plane: try plane(macro, module: module, frame: index + 1),
                mask: module.mask(index, in: stream),
                references: derivation.flatMap { $0.items(.sourceImageSequence) }.flatMap(references)
            )
        }
    }

    private static func plane(
        _ macro: (DICOMTag) -> DICOMDataset?,
        module: BinaryPixelModule,
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
            rows: module.rows,
            columns: module.columns
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
