import Atlas
import Foundation
import Geometry

/// Draws a contact sheet of an atlas: axial, coronal and sagittal slices along the patient's axes with the outline of each
/// structure, and a legend with volumes.
public struct AtlasSheet {
    /// How many slices there are of each view.
    static let slicesOfAView = 6
    private static let edge = 220
    private static let gap = 6
    private static let headerHeight = 30
    private static let legendWidth = 230
    private static let legendLine = 12
    private static let background = DisplayColour(red: 16, green: 18, blue: 22)
    private static let text = DisplayColour(red: 214, green: 219, blue: 226)
    private static let faint = DisplayColour(red: 120, green: 128, blue: 140)

    private let atlas: Atlas
    private let toIndex: Affine3D
    private let grey: ClosedRange<Float>
    private let places: [UInt16: Int]

    /// A sheet of an atlas; `nil` where its map has no inverse, which no package that loads has.
    public init?(_ atlas: Atlas) {
        guard let inverse = atlas.labels.affine.inverse else { return nil }
        self.atlas = atlas
        toIndex = inverse
        grey = Self.greyRange(atlas.intensities)
        places = Dictionary(uniqueKeysWithValues: atlas.description.labels.enumerated().map { ($1.id, $0) })
    }

    /// The bytes of a PNG file; `nil` where the library refuses.
    public func pngBytes() -> [UInt8]? { image().pngBytes() }

    // MARK: - Views

    /// How a view lies in the patient: +x is left, +y posterior, +z towards the head.
    private enum View: CaseIterable {
        case axial
        case coronal
        case sagittal

        /// Directions of the picture's columns, of its rows, and of its slices.
        var axes: (column: Vector3, row: Vector3, normal: Vector3) {
            switch self {
            case .axial: (Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1))
            case .coronal: (Vector3(1, 0, 0), Vector3(0, 0, -1), Vector3(0, 1, 0))
            case .sagittal: (Vector3(0, 1, 0), Vector3(0, 0, -1), Vector3(1, 0, 0))
            }
        }
    }

    /// The ends of a set of points along the patient's axes, in mm.
    private struct Extent {
        var low: Vector3
        var high: Vector3

        func range(along direction: Vector3) -> (low: Double, high: Double) {
            let ends = [low.dot(direction), high.dot(direction)].sorted()
            return (ends[0], ends[1])
        }
    }

    /// Of all voxels whose label `isWanted`, with half a voxel around them; `nil` where there are none.
    private func extent(where isWanted: (UInt16) -> Bool) -> Extent? {
        let size = atlas.labels.size
        var extent: Extent?
        func add(_ x: Double, _ y: Double, _ z: Double) {
            let point = atlas.labels.affine(Vector3(x, y, z))
            guard let old = extent else {
                extent = Extent(low: point, high: point)
                return
            }
            extent = Extent(
                low: Vector3(min(old.low.x, point.x), min(old.low.y, point.y), min(old.low.z, point.z)),
                high: Vector3(max(old.high.x, point.x), max(old.high.y, point.y), max(old.high.z, point.z))
            )
        }
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                guard let first = (0..<size.x).first(where: { isWanted(atlas.labels.values[row + $0]) }),
                    let last = (0..<size.x).last(where: { isWanted(atlas.labels.values[row + $0]) })
                else { continue }
                for corner in 0..<8 {
                    add(
                        Double(corner & 1 == 0 ? first : last + 1) - 0.5,
                        Double(y + corner >> 1 & 1) - 0.5,
                        Double(z + corner >> 2) - 0.5
                    )
                }
            }
        }
        return extent
    }

    // MARK: - Drawing

    func image() -> ColourImage {
        let whole = extent { _ in true } ?? Extent(low: .zero, high: Vector3(1, 1, 1))
        let labelled = extent { places[$0] != nil } ?? whole
        let longest =
            View.allCases.flatMap { [$0.axes.column, $0.axes.row] }.map {
                whole.range(along: $0).high - whole.range(along: $0).low
            }.max() ?? 1
        let scale = Double(Self.edge) / max(longest, 1)
        func pixels(_ direction: Vector3) -> Int {
            let range = whole.range(along: direction)
            return max(1, Int(((range.high - range.low) * scale).rounded()))
        }
        let heights = View.allCases.map { pixels($0.axes.row) }
        let widths = View.allCases.map { pixels($0.axes.column) }
        let width = Self.slicesOfAView * ((widths.max() ?? 1) + Self.gap) + Self.gap
        let height = Self.headerHeight + heights.reduce(0) { $0 + $1 + Self.gap }
        let lines = max(1, (height - Self.headerHeight - Self.gap) / Self.legendLine)
        let columns = (atlas.description.labels.count + lines - 1) / lines
        var sheet = ColourImage(
            width: width + columns * Self.legendWidth,
            height: height,
            fill: Self.background
        )
        let description = atlas.description
        sheet.draw("\(description.name)  \(description.modality.rawValue)", x: 8, y: 8, scale: 2, Self.text)
        var y = Self.headerHeight
        for (index, view) in View.allCases.enumerated() {
            let range = labelled.range(along: view.axes.normal)
            for slice in 0..<Self.slicesOfAView {
                let share = (Double(slice) + 0.5) / Double(Self.slicesOfAView)
                let tile = Tile(
                    view: view,
                    offset: range.low + share * (range.high - range.low),
                    origin: (whole.range(along: view.axes.column).low, whole.range(along: view.axes.row).low),
                    size: (widths[index], heights[index]),
                    millimetres: 1 / scale
                )
                draw(tile, x: Self.gap + slice * ((widths.max() ?? 1) + Self.gap), y: y, on: &sheet)
            }
            y += heights[index] + Self.gap
        }
        drawLegend(x: width + 8, lines: lines, on: &sheet)
        return sheet
    }

    /// One slice.
    private struct Tile {
        let view: View
        /// mm along the view's normal.
        let offset: Double
        /// mm along the directions of columns and rows.
        let origin: (column: Double, row: Double)
        let size: (width: Int, height: Int)
        /// Of a pixel.
        let millimetres: Double

        func point(_ x: Int, _ y: Int) -> Vector3 {
            view.axes.column * (origin.column + (Double(x) + 0.5) * millimetres)
                + view.axes.row * (origin.row + (Double(y) + 0.5) * millimetres) + view.axes.normal * offset
        }
    }

    private func draw(_ tile: Tile, x left: Int, y top: Int, on sheet: inout ColourImage) {
        let (width, height) = tile.size
        let voxels = (0..<width * height).map { voxel(at: tile.point($0 % width, $0 / width)) }
        let labels = voxels.map { voxel in voxel.flatMap { places[atlas.labels.values[$0]] } }
        let span = grey.upperBound - grey.lowerBound
        for place in voxels.indices {
            guard let voxel = voxels[place] else { continue }
            let value = (atlas.intensities.values[voxel] - grey.lowerBound) / span * 255
            let level = UInt8(min(max(value, 0), 255))
            let (x, y) = (place % width, place / width)
            sheet.set(left + x, top + y, DisplayColour(red: level, green: level, blue: level))
            guard let label = labels[place] else { continue }
            let isEdge =
                x == 0 || y == 0 || x == width - 1 || y == height - 1 || labels[place - 1] != label
                || labels[place + 1] != label || labels[place - width] != label || labels[place + width] != label
            sheet.blend(left + x, top + y, Self.colour(of: label), opacity: isEdge ? 0.95 : 0.18)
        }
        let axes = tile.view.axes
        sheet.draw(PreviewSheet.letter(-axes.column), x: left + 3, y: top + height / 2 - 3, Self.text)
        sheet.draw(PreviewSheet.letter(axes.column), x: left + width - 8, y: top + height / 2 - 3, Self.text)
        sheet.draw(PreviewSheet.letter(-axes.row), x: left + width / 2 - 3, y: top + 3, Self.text)
        sheet.draw(PreviewSheet.letter(axes.row), x: left + width / 2 - 3, y: top + height - 10, Self.text)
        sheet.draw("\(tile.offset.rounded()) MM", x: left + 3, y: top + height - 10, Self.faint)
    }

    private func drawLegend(x left: Int, lines: Int, on sheet: inout ColourImage) {
        var counts: [UInt16: Int] = [:]
        for value in atlas.labels.values { counts[value, default: 0] += 1 }
        let voxel = abs(atlas.labels.affine.determinant) / 1000
        for (index, label) in atlas.description.labels.enumerated() {
            let x = left + index / lines * Self.legendWidth
            let y = Self.headerHeight + index % lines * Self.legendLine
            sheet.fill(x: x, y: y, width: 8, height: 8, Self.colour(of: index))
            let volume = String(format: "%.1f ML", Double(counts[label.id] ?? 0) * voxel)
            sheet.draw("\(label.name) \(volume)", x: x + 13, y: y, Self.text)
        }
    }

    /// The nearest voxel of a point in the patient; `nil` outside of the volume.
    private func voxel(at point: Vector3) -> Int? {
        let index = toIndex(point)
        let size = atlas.labels.size
        let (x, y, z) = (Int(index.x.rounded()), Int(index.y.rounded()), Int(index.z.rounded()))
        guard x >= 0, y >= 0, z >= 0, x < size.x, y < size.y, z < size.z else { return nil }
        return (z * size.y + y) * size.x + x
    }

    // MARK: - Colours

    /// Hues that are far apart for neighbours in the table, in two brightnesses.
    static func colour(of index: Int) -> DisplayColour {
        let hue = (Double(index) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1) * 6
        let value = index % 2 == 0 ? 255.0 : 190.0
        func channel(_ shift: Double) -> UInt8 {
            let place = (hue + shift).truncatingRemainder(dividingBy: 6)
            let share = min(max(min(place, 4 - place), 0), 1)
            return UInt8((value * (1 - 0.75 * share)).rounded())
        }
        return DisplayColour(red: channel(5), green: channel(3), blue: channel(1))
    }

    /// The modality values that are black and white: soft tissue in CT, all but the outer hundredths elsewhere.
    private static func greyRange(_ volume: IntensityVolume) -> ClosedRange<Float> {
        guard volume.modality != .ct else { return -160...240 }
        let sorted = volume.values.sorted()
        guard let first = sorted.first, let last = sorted.last, last > first else { return 0...1 }
        let (low, high) = (sorted[sorted.count / 100], sorted[sorted.count * 99 / 100])
        return low < high ? low...high : first...last
    }
}
