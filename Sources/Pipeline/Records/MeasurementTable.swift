import DICOMSegmentation
import Foundation
import Geometry
import Profiles

/// Sizes of the segments, written as `measurements.csv`.
public struct MeasurementTable: Sendable {
    /// One segment.
    public struct Row: Sendable, Hashable {
        /// Segment Label.
        public let label: String
        /// Millilitres.
        public let volumeML: Double
        /// Pixels of all slices together.
        public let voxels: Int
        /// Slices in which the segment has a pixel.
        public let slices: Int
        /// Position of the first and the last such slice along the slice normal, in mm.
        public let firstOffset: Double?
        /// The same of the last slice that has a pixel, in mm.
        public let lastOffset: Double?
        /// Whether a pixel lies in the first or last slice or at the edge of the frame: the structure may go on
        /// outside, and the volume is then a lower bound.
        public let touchesBorder: Bool
        /// The median over slices of what the network thinks of its masks.
        public let medianPredictedIoU: Double?
    }

    /// One for each segment that has a pixel.
    public var rows: [Row]

    /// The CSV with a header line; numbers with a decimal point whatever the locale.
    public var csv: String {
        let header = "segment,volume_ml,voxels,slices,first_mm,last_mm,touches_border,median_predicted_iou"
        return ([header] + rows.map(Self.line)).joined(separator: "\n") + "\n"
    }

    private static func line(_ row: Row) -> String {
        func number(_ value: Double?, digits: Int) -> String {
            value.map { String(format: "%.\(digits)f", $0) } ?? ""
        }
        return [
            quoted(row.label), number(row.volumeML, digits: 3), "\(row.voxels)", "\(row.slices)",
            number(row.firstOffset, digits: 2), number(row.lastOffset, digits: 2), row.touchesBorder ? "yes" : "no",
            number(row.medianPredictedIoU, digits: 3),
        ].joined(separator: ",")
    }

    /// See: RFC 4180. A leading sign of a formula is also quoted with an apostrophe, for spreadsheets.
    private static func quoted(_ text: String) -> String {
        let safe = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } == true ? "'" + text : text
        // Scalars, not characters: CR and LF together are one character.
        guard safe.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else { return safe }
        return "\"" + safe.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}

extension MeasurementTable.Row {
    /// Measures a mask on the planes of a stack.
    ///
    /// A voxel's volume is its pixel area times the distance between slices at its position: half the way to each
    /// neighbour, so that gaps and uneven steps count once. A single plane takes `singlePlaneThickness` (mm).
    init(
        label: String,
        mask: SegmentMask,
        stack: SliceStack,
        singlePlaneThickness: Double?,
        predictedIoUs: [Float]
    ) {
        precondition(mask.frames.count == stack.planes.count, "one entry for each plane")
        var voxels = 0
        var volume = 0.0
        var slices: [Int] = []
        var touches = false
        let steps = stack.steps
        for (index, frame) in mask.frames.enumerated() {
            guard let frame else { continue }
            let count = frame.pixelCount
            slices.append(index)
            voxels += count
            let plane = stack.planes[index]
            let thickness = Self.thickness(at: index, steps: steps) ?? singlePlaneThickness ?? 0
            volume += Double(count) * plane.rowSpacing * plane.columnSpacing * thickness
            touches = touches || Self.touchesEdge(frame)
        }
        let isAtEnd = slices.first == 0 || slices.last == mask.frames.count - 1
        let sorted = predictedIoUs.sorted()
        let middle = sorted.count / 2
        self.init(
            label: label,
            volumeML: volume / 1000,
            voxels: voxels,
            slices: slices.count,
            firstOffset: slices.first.map { stack.planes[$0].offset(along: stack.normal) },
            lastOffset: slices.last.map { stack.planes[$0].offset(along: stack.normal) },
            touchesBorder: touches || (!slices.isEmpty && isAtEnd),
            medianPredictedIoU: sorted.isEmpty
                ? nil
                : Double(sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2)
        )
    }

    /// Half the step before plus half the step after; at an end the one step there is.
    private static func thickness(at index: Int, steps: [Double]) -> Double? {
        guard !steps.isEmpty else { return nil }
        let before = index > 0 ? steps[index - 1] : steps[0]
        let after = index < steps.count ? steps[index] : steps[steps.count - 1]
        return (before + after) / 2
    }

    private static func touchesEdge(_ mask: FrameMask) -> Bool {
        let mask = mask.inMemory
        let lastRow = mask.rows - 1
        let lastColumn = mask.columns - 1
        return (0...lastColumn).contains { mask[row: 0, column: $0] || mask[row: lastRow, column: $0] }
            || (0...lastRow).contains { mask[row: $0, column: 0] || mask[row: $0, column: lastColumn] }
    }

    /// What to say of a volume outside of what a profile expects; `nil` within it.
    ///
    /// A structure that may go on outside of the series is not too small.
    func warning(expecting range: ProfileSegment.ValueRange?) -> String? {
        guard let range, !range.contains(volumeML) else { return nil }
        if touchesBorder, let minimum = range.minimum, volumeML < minimum { return nil }
        let limits = [range.minimum.map { "at least \(Int($0))" }, range.maximum.map { "at most \(Int($0))" }]
        return "VOLUME \(label) has " + String(format: "%.1f", volumeML) + " mL, expected are "
            + limits.compactMap { $0 }.joined(separator: " and ") + " mL"
    }
}
