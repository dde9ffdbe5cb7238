import DICOMFiles
import SegmentAnything

/// Reads the slices of a volume as a network sees them.
public struct GreySlices {
    /// The volume.
    public let volume: ImageVolume
    /// Whether the series is MONOCHROME1.
    public let isInverted: Bool

    private var reader: VolumeReader

    /// The slices of a volume.
    public init(_ volume: ImageVolume, isInverted: Bool) {
        self.volume = volume
        self.isInverted = isInverted
        reader = VolumeReader(volume)
    }

    /// The slices of a series' volume, which belongs to it.
    public init(_ volume: ImageVolume, of series: ImageSeries) {
        self.init(volume, isInverted: series.headers[volume.frames[0].headerIndex].pixels.isInverted)
    }

    /// The scaling that a rule gives for the whole volume: reads every slice.
    public mutating func scaling(_ rule: IntensityStatistics.Rule) throws -> IntensityScaling {
        var statistics = IntensityStatistics(rule: rule)
        try reader.forEachSlice { _, values in statistics.add(values) }
        return statistics.scaling()
    }

    /// The modality values of a slice, row-major.
    public mutating func values(at slice: Int) throws -> [Float] { try reader.slice(at: slice) }

    /// What a network gets of a slice's modality values.
    public func image(of values: [Float], _ scaling: IntensityScaling) -> SliceImage {
        SliceImage(
            rows: volume.rows,
            columns: volume.columns,
            pixels: scaling.bytes(values, inverted: isInverted)
        )
    }

    /// What a network gets of a slice.
    public mutating func image(at slice: Int, _ scaling: IntensityScaling) throws -> SliceImage {
        image(of: try values(at: slice), scaling)
    }
}
