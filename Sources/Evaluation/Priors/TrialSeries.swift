import Atlas
import Geometry
import Pipeline
import SegmentAnything

/// A scan with reference labels that an atlas is tried on.
public struct TrialSeries: Sendable {
    /// The planes, ascending along their normal.
    public let stack: SliceStack
    /// What made the intensities.
    public let modality: AtlasModality
    /// For each plane of the stack rows × columns modality values, row-major.
    public let values: [[Float]]
    /// The reference on the stack's planes.
    public let reference: LabelPlanes

    /// The planes of an image along its third axis; `nil` where its axes are not perpendicular or labels cannot be placed.
    public init?(_ image: NIfTIImage, modality: AtlasModality, labels: LabelVolume) {
        let affine = image.affine
        guard let row = affine.xColumn.normalized, let column = affine.yColumn.normalized else { return nil }
        let planes = (0..<image.size.z).compactMap { slice in
            PlaneGeometry(
                position: affine(Vector3(0, 0, Double(slice))),
                rowDirection: row,
                columnDirection: column,
                rowSpacing: affine.yColumn.length,
                columnSpacing: affine.xColumn.length,
                rows: image.size.y,
                columns: image.size.x
            )
        }
        guard planes.count == image.size.z, let stack = try? SliceStack(planes: planes),
            let reference = LabelPlanes(labels, on: stack)
        else { return nil }
        let count = image.size.x * image.size.y
        self.stack = stack
        self.modality = modality
        values = stack.sourceIndices.map { Array(image.values[$0 * count..<($0 + 1) * count]) }
        self.reference = reference
    }

    /// What a network gets of each slice.
    func images(_ rule: IntensityStatistics.Rule) -> [SliceImage] {
        var statistics = IntensityStatistics(rule: rule)
        for slice in values { statistics.add(slice) }
        let scaling = statistics.scaling()
        return values.map { SliceImage(rows: stack.rows, columns: stack.columns, pixels: scaling.bytes($0)) }
    }
}
