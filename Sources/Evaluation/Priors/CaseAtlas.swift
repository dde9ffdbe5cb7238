import Atlas
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Profiles

/// A reviewed case as an atlas: its images are the intensities, the masks that a person stands behind the labels.
///
/// Structures have the names by which the profile asks its atlases for them, and the profile's codes.
public struct CaseAtlas: Sendable {
    /// Pixels are brought together in squares until a side has at least this many millimetres: registration works on
    /// coarser grids, and boxes have margins of several millimetres.
    static let finestPixel = 1.5

    /// The images.
    public let intensities: IntensityVolume
    /// The masks.
    public let labels: LabelVolume
    /// In the order of the profile.
    public let table: [AtlasLabel]
    /// Where it comes from.
    public let reviewedCase: AtlasCase

    /// Why a case cannot be an atlas.
    public enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// The distances of its slices differ.
        case unevenSlices
        /// It is neither CT nor MR.
        case modality(String)
        /// No structure that the profile asks an atlas for has a pixel.
        case noStructure

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .unevenSlices: "its slices are not evenly spaced, so they are no atlas volume"
            case .modality(let modality): "an atlas is CT or MR; the series is \(modality)"
            case .noStructure: "no structure that the profile asks an atlas for was drawn in it"
            }
        }
    }

    /// Reads the images of a case; the whole volume is in memory for a moment.
    public init(_ loaded: LoadedCase) throws {
        guard let modality = AtlasModality(rawValue: loaded.series.modality) else {
            throw Problem.modality(loaded.series.modality)
        }
        let volume = loaded.volume
        guard let affine = volume.affine, volume.count > 1 else { throw Problem.unevenSlices }
        let structures = loaded.structures.filter { $0.segment.atlasLabel != nil && !$0.mask.isEmpty }
        guard !structures.isEmpty else { throw Problem.noStructure }
        let plane = volume.stack.planes[0]
        let block = Block(
            columns: max(1, Int((Self.finestPixel / plane.columnSpacing).rounded(.up))),
            rows: max(1, Int((Self.finestPixel / plane.rowSpacing).rounded(.up))),
            of: (volume.columns, volume.rows)
        )
        var reader = VolumeReader(volume)
        var values: [Float] = []
        var ids: [UInt16] = []
        for slice in 0..<volume.count {
            values += block.means(try reader.slice(at: slice))
            ids += block.majorities(Self.labels(of: structures, slice: slice, count: volume.columns * volume.rows))
        }
        let size = GridSize(x: block.size.columns, y: block.size.rows, z: volume.count)
        let reduced = block.affine(affine)
        intensities = IntensityVolume(size: size, affine: reduced, values: values, modality: modality)
        labels = LabelVolume(size: size, affine: reduced, values: ids)
        let present = Set(ids)
        let numbered = structures.enumerated().map { (id: UInt16($0.offset + 1), segment: $0.element.segment) }
        table = numbered.filter { present.contains($0.id) }.map { id, segment in
            AtlasLabel(id: id, name: segment.atlasLabel ?? segment.id, code: AtlasCode(segment.type))
        }
        guard !table.isEmpty else { throw Problem.noStructure }
        reviewedCase = Self.source(of: loaded.reviewed)
    }

    /// Writes the package.
    @discardableResult
    public func build(named name: String, licence: String, into folder: RawPath) throws -> AtlasDescription {
        var builder = AtlasBuilder(
            name: name,
            modality: intensities.modality,
            provenance:
                "Reviewed case of profile \(reviewedCase.profile): series \(reviewedCase.seriesInstanceUID), labels "
                + "of segmentation \(reviewedCase.segmentationUID) as a person accepted or corrected it.",
            licence: licence,
            labels: table
        )
        builder.reviewedCase = reviewedCase
        return try builder.build(intensities: intensities, labels: labels, into: folder)
    }

    /// Where structures overlap, the one that comes later in the profile: small ones usually follow large ones.
    private static func labels(of structures: [LoadedCase.Structure], slice: Int, count: Int) -> [UInt16] {
        var labels = [UInt16](repeating: 0, count: count)
        for (index, structure) in structures.enumerated() {
            for run in structure.mask[slice]?.runs ?? [] {
                for pixel in run { labels[pixel] = UInt16(index + 1) }
            }
        }
        return labels
    }

    private static func source(of reviewed: ReviewedCase) -> AtlasCase {
        let images = reviewed.instances.map(\.sha256.hex).sorted().joined(separator: "\n")
        return AtlasCase(
            profile: reviewed.profile.id,
            studyInstanceUID: reviewed.studyInstanceUID,
            seriesInstanceUID: reviewed.seriesInstanceUID,
            segmentation: (reviewed.truth.sopInstanceUID, reviewed.truth.sha256),
            imagesSHA256: SHA256Digest(of: Array(images.utf8)),
            patient: reviewed.patient
        )
    }
}

/// Rectangles of pixels that become one voxel; what is left over at the last row and column is dropped.
private struct Block {
    let columns: Int
    let rows: Int
    let source: (columns: Int, rows: Int)

    init(columns: Int, rows: Int, of source: (columns: Int, rows: Int)) {
        self.columns = min(columns, source.columns)
        self.rows = min(rows, source.rows)
        self.source = source
    }

    var size: (columns: Int, rows: Int) { (source.columns / columns, source.rows / rows) }

    /// The map of the blocks' centres.
    func affine(_ affine: Affine3D) -> Affine3D {
        Affine3D(
            xColumn: affine.xColumn * Double(columns),
            yColumn: affine.yColumn * Double(rows),
            zColumn: affine.zColumn,
            translation: affine(Vector3(Double(columns - 1) / 2, Double(rows - 1) / 2, 0))
        )
    }

    /// Whole numbers where there are several pixels in a block: finer steps would be noise.
    func means(_ values: [Float]) -> [Float] {
        guard columns * rows > 1 else { return values }
        return blocks { pixels in
            (pixels.reduce(Float(0)) { $0 + values[$1] } / Float(columns * rows)).rounded()
        }
    }

    /// The most frequent value of each block; of several the smallest.
    func majorities(_ labels: [UInt16]) -> [UInt16] {
        guard columns * rows > 1 else { return labels }
        return blocks { pixels in
            let first = labels[pixels[0]]
            guard pixels.contains(where: { labels[$0] != first }) else { return first }
            var counts: [UInt16: Int] = [:]
            for pixel in pixels { counts[labels[pixel], default: 0] += 1 }
            return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? first
        }
    }

    private func blocks<Value>(_ value: ([Int]) -> Value) -> [Value] {
        (0..<size.rows).flatMap { row in
            (0..<size.columns).map { column in
                value(
                    (0..<rows).flatMap { y in
                        (0..<columns).map { (row * rows + y) * source.columns + column * columns + $0 }
                    }
                )
            }
        }
    }
}

extension AtlasCode {
    fileprivate init(_ code: ProfileCode) {
        self.init(value: code.value, scheme: code.scheme, meaning: code.meaning)
    }
}
