import DICOMFiles
import Foundation
import Geometry

/// What a viewer needs to know of a volume before its pixels come: LPS, millimetres.
package struct VolumeDescription: Sendable, Encodable {
    /// Grey values to begin with.
    package struct Window: Sendable, Hashable, Encodable {
        /// For people.
        package let name: String
        /// The modality value in the middle.
        package let center: Double
        package let width: Double

        package init(name: String, center: Double, width: Double) {
            self.name = name
            self.center = center
            self.width = width
        }
    }

    package let rows: Int
    package let columns: Int
    package let slices: Int
    /// Between rows, between columns.
    package let pixelSpacing: [Double]
    /// The centre of the first pixel of the first slice.
    package let origin: [Double]
    /// The direction of growing column index.
    package let rowDirection: [Double]
    /// The direction of growing row index.
    package let columnDirection: [Double]
    /// The centre of the first pixel of each slice, in ascending order along row direction × column direction.
    package let positions: [[Double]]
    /// `nil` where slices lie at uneven distances, or there is one alone whose thickness nothing says.
    package let sliceSpacing: Double?
    /// Modality value = intercept + slope · stored number.
    package let valueSlope: Double
    package let valueIntercept: Double
    /// Of nine slices spread over the volume; others may hold values beyond.
    package let valueMin: Double
    package let valueMax: Double
    /// `HU` for CT.
    package let units: String
    package let windows: [Window]
    package let mediaType = "int16le"

    private enum CodingKeys: String, CodingKey {
        case rows, columns, slices, pixelSpacing, origin, rowDirection, columnDirection, positions, sliceSpacing
        case valueSlope, valueIntercept, valueMin, valueMax, units, windows, mediaType
    }

    /// Every key is there, `null` where nothing is known.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rows, forKey: .rows)
        try container.encode(columns, forKey: .columns)
        try container.encode(slices, forKey: .slices)
        try container.encode(pixelSpacing, forKey: .pixelSpacing)
        try container.encode(origin, forKey: .origin)
        try container.encode(rowDirection, forKey: .rowDirection)
        try container.encode(columnDirection, forKey: .columnDirection)
        try container.encode(positions, forKey: .positions)
        try container.encode(sliceSpacing, forKey: .sliceSpacing)
        try container.encode(valueSlope, forKey: .valueSlope)
        try container.encode(valueIntercept, forKey: .valueIntercept)
        try container.encode(valueMin, forKey: .valueMin)
        try container.encode(valueMax, forKey: .valueMax)
        try container.encode(units, forKey: .units)
        try container.encode(windows, forKey: .windows)
        try container.encode(mediaType, forKey: .mediaType)
    }

    init(_ images: JobImages, coding: VolumeCoding, range: ValueRange, windows profile: [Window]) {
        let stack = images.volume.stack
        let plane = stack.planes[0]
        rows = stack.rows
        columns = stack.columns
        slices = stack.planes.count
        pixelSpacing = [plane.rowSpacing, plane.columnSpacing]
        origin = plane.position.components
        rowDirection = plane.rowDirection.components
        columnDirection = plane.columnDirection.components
        positions = stack.planes.map(\.position.components)
        sliceSpacing = stack.irregularSteps.isEmpty ? images.volume.sliceExtent : nil
        valueSlope = coding.slope
        valueIntercept = coding.valueIntercept
        valueMin = range.minimum
        valueMax = range.maximum
        units = images.series.modality == "CT" ? "HU" : ""
        windows = Self.windows(images, range, profile)
    }

    /// The profile's, then what the images ask for, then for CT the usual ones, else one over what occurs.
    private static func windows(_ images: JobImages, _ range: ValueRange, _ profile: [Window]) -> [Window] {
        var windows = profile
        let header = images.series.headers[images.volume.frames[images.volume.count / 2].headerIndex]
        let centers = (header.attributes["WindowCenter"] ?? []).map { Double($0) }
        let widths = (header.attributes["WindowWidth"] ?? []).map { Double($0) }
        let names = header.attributes["WindowCenterWidthExplanation"] ?? []
        for (index, pair) in zip(centers, widths).enumerated() {
            guard let center = pair.0, let width = pair.1, width >= 1 else { continue }
            let name = names.indices ~= index && !names[index].isEmpty ? names[index] : "DICOM"
            windows.append(Window(name: name, center: center, width: width))
        }
        if images.series.modality == "CT" {
            windows += usual
        } else {
            let width = max(range.high - range.low, 1e-6)
            windows.append(Window(name: "Auto", center: (range.low + range.high) / 2, width: width))
        }
        return windows.reduce(into: []) { kept, window in
            if !kept.contains(where: { $0.center == window.center && $0.width == window.width }) { kept.append(window) }
        }
    }

    private static let usual = [
        Window(name: "Soft tissue", center: 40, width: 400), Window(name: "Lung", center: -600, width: 1_500),
        Window(name: "Bone", center: 400, width: 1_800), Window(name: "Liver", center: 70, width: 150),
        Window(name: "Brain", center: 40, width: 80),
    ]
}

extension Vector3 {
    var components: [Double] { [x, y, z] }
}
