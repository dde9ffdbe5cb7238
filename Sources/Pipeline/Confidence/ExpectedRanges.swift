import DICOMFiles
import DICOMSegmentation

/// Holds masks against the volumes and mean values that a profile expects.
struct ExpectedRanges {
    let volume: ImageVolume

    /// Notes means, and leaves out what the profile does not want written; with `withholds` false nothing is left out.
    ///
    /// Slices are read again where a mean is asked for, and only those with a mask.
    func apply(to results: inout [SegmentResult], withholds: Bool) throws {
        let asked = results.indices.filter { results[$0].segment.expectedMean != nil && !results[$0].mask.isEmpty }
        for (index, mean) in zip(asked, try means(of: asked.map { results[$0].mask })) {
            results[index].note(meanValue: mean)
        }
        guard withholds else { return }
        for index in results.indices where results[index].segment.isWithheldOutOfRange && !results[index].mask.isEmpty {
            let result = results[index]
            let row = MeasurementTable.Row(
                label: result.segment.label,
                mask: result.mask,
                stack: volume.stack,
                singlePlaneThickness: volume.sliceExtent,
                predictedIoUs: []
            )
            let problems = [row.warning(expecting: result.segment.expectedVolume), result.meanWarning].compactMap { $0 }
            if !problems.isEmpty { results[index].withhold(because: problems) }
        }
    }

    /// The mean modality value of each mask.
    private func means(of masks: [SegmentMask]) throws -> [Double?] {
        guard !masks.isEmpty else { return [] }
        var reader = VolumeReader(volume)
        var sums = [Double](repeating: 0, count: masks.count)
        for slice in 0..<volume.count where masks.contains(where: { $0[slice] != nil }) {
            let values = try reader.slice(at: slice)
            for (index, mask) in masks.enumerated() {
                for run in mask[slice]?.runs ?? [] { sums[index] += run.reduce(0) { $0 + Double(values[$1]) } }
            }
        }
        return zip(sums, masks).map { sum, mask in
            let count = mask.pixelCount
            return count == 0 ? nil : sum / Double(count)
        }
    }
}
