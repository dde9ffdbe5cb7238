import DICOMFiles
import Geometry

/// The frames of an open segmentation, each read when it is asked for.
struct SegmentationFrames {
    /// Number of Frames.
    let count: Int
    private let file: DICOMFile
    private let pixels: SegmentationPixels
    /// The segments that are described.
    private let numbers: Set<Int>
    private let shared: DICOMDataset?
    /// The functional groups of all frames where they were parsed with the file.
    private let parsed: [DICOMDataset]

    init(_ file: DICOMFile, pixels: SegmentationPixels, numbers: Set<Int>) throws {
        self.file = file
        self.pixels = pixels
        self.numbers = numbers
        shared = file.dataset.firstItem(.sharedFunctionalGroupsSequence)
        parsed = file.dataset.items(.perFrameFunctionalGroupsSequence)
        count = pixels.frameCount
        let groups = file.itemCount(ofLeft: .perFrameFunctionalGroupsSequence) ?? parsed.count
        guard groups == count else {
            throw SegmentationError(
                .inconsistent,
                "NumberOfFrames is \(count) but there are \(groups) functional groups"
            )
        }
    }

    /// The masks of a frame from 0: one, or in a label map one for each segment that has pixels in it.
    func frames(at index: Int) throws -> [Segmentation.Frame] {
        let item =
            parsed.isEmpty ? try file.item(index, ofLeft: .perFrameFunctionalGroupsSequence) : parsed[index]
        func macro(_ tag: DICOMTag) -> DICOMDataset? { item.firstItem(tag) ?? shared?.firstItem(tag) }
        let named = macro(.segmentIdentificationSequence)?.integer(.referencedSegmentNumber)
        let masks = try pixels.masks(index, named: named)
        guard masks.allSatisfy({ numbers.contains($0.number) }) else {
            throw SegmentationError(.inconsistent, "frame \(index + 1) belongs to a segment that is not described")
        }
        let plane = try Self.plane(macro, rows: pixels.rows, columns: pixels.columns, frame: index + 1)
        let derivation = item.items(.derivationImageSequence) + (shared?.items(.derivationImageSequence) ?? [])
        let references = derivation.flatMap { $0.items(.sourceImageSequence) }.flatMap(Self.references)
        return masks.map { number, mask in
            Segmentation.Frame(segmentNumber: number, plane: plane, mask: mask, references: references)
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

    /// The images, or frames of them, that an item names.
    static func references(_ item: DICOMDataset) -> [SourceReference] {
        guard let instance = item.string(.referencedSOPInstanceUID) else { return [] }
        let classUID = item.string(.referencedSOPClassUID) ?? ""
        let numbers = item.strings(.referencedFrameNumber).compactMap { Int($0) }
        guard !numbers.isEmpty else {
            return [SourceReference(sopClassUID: classUID, sopInstanceUID: instance)]
        }
        return numbers.map { SourceReference(sopClassUID: classUID, sopInstanceUID: instance, frameNumber: $0) }
    }
}
