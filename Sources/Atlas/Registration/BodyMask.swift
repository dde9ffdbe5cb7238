import Geometry

/// The trunk in a coarse volume: no table, no arms, no gaps.
///
/// Threshold (CT −300 HU; MR a quarter of the median of the bright half), 3 × 3 opening, the largest connected part,
/// holes filled slice by slice; then an opening with a disc of 21 mm takes off what hangs on by a thin bridge.
public struct BodyMask: Sendable {
    /// The grid of the volume.
    public let grid: CanonicalGrid
    /// 1 in the trunk, x fastest.
    public let values: [UInt8]
    /// For each plane the box of the trunk, `nil` where there is none.
    let boxes: [BodyBox?]

    /// Radius of the opening that takes off arms and table, in millimetres.
    public static let openingRadius = 21.0
    /// A trunk's cross-section has at least this many square millimetres.
    static let minimumArea = 4000.0

    /// The same for a head in millimetres: it has no arms, and thin parts belong to it, a brain's stem above all.
    static let headOpeningRadius = 3.0

    /// Finds the trunk; the mask is empty where there is none. `opening` is the disc's radius in millimetres.
    public init(_ volume: CanonicalVolume, opening: Double = BodyMask.openingRadius) {
        let grid = volume.grid
        let size = grid.size
        let plane = size.x * size.y
        let threshold = Self.threshold(volume)
        let raw: [UInt8] = makePlanes(size.z, of: plane) { z, output in
            let bright = (0..<plane).map { UInt8(volume.values[z * plane + $0] > threshold ? 1 : 0) }
            _ = output.initialize(from: PlaneMorphology.opened3x3(bright, columns: size.x, rows: size.y))
        }
        let largest = largestComponent(raw, size: size)
        let trunk: [UInt8] = makePlanes(size.z, of: plane) { z, output in
            let range = z * plane..<(z + 1) * plane
            let filled = PlaneMorphology.filled(Array(largest[range]), columns: size.x, rows: size.y)
            let opened = PlaneMorphology.opened(
                filled,
                inside: Array(volume.inside[range]),
                columns: size.x,
                rows: size.y,
                radius: opening / grid.spacing.x
            )
            _ = output.initialize(from: opened)
        }
        self.grid = grid
        values = trunk
        boxes = (0..<size.z).map { BodyBox(trunk, plane: $0, grid: grid) }
    }

    /// A mask that is known already.
    init(grid: CanonicalGrid, values: [UInt8]) {
        self.grid = grid
        self.values = values
        boxes = (0..<grid.size.z).map { BodyBox(values, plane: $0, grid: grid) }
    }

    /// The labelled part of an atlas, widened by some millimetres, its holes filled slice by slice.
    init(labelled atlas: Atlas, margin: Double) {
        let grid = atlas.canonical.grid
        let size = grid.size
        let toIndex = invertible(atlas.labels.affine)
        let labels = atlas.labels
        let plane = size.x * size.y
        let limit = Float(margin * margin / (grid.spacing.x * grid.spacing.x))
        let values: [UInt8] = makePlanes(size.z, of: plane) { z, output in
            let labelled = (0..<plane).map { offset -> UInt8 in
                let index = toIndex(grid.point(offset % size.x, offset / size.x, z))
                let (i, j, k) = (Int(index.x.rounded()), Int(index.y.rounded()), Int(index.z.rounded()))
                guard (0..<labels.size.x).contains(i), (0..<labels.size.y).contains(j), (0..<labels.size.z).contains(k)
                else { return 0 }
                return labels.values[(k * labels.size.y + j) * labels.size.x + i] == 0 ? 0 : 1
            }
            let reach = PlaneMorphology.squaredDistance(to: labelled, columns: size.x, rows: size.y)
            let widened = reach.map { UInt8($0 <= limit ? 1 : 0) }
            _ = output.initialize(from: PlaneMorphology.filled(widened, columns: size.x, rows: size.y))
        }
        self.init(grid: grid, values: values)
    }

    private static func threshold(_ volume: CanonicalVolume) -> Float {
        switch volume.modality {
        case .ct: return -300
        case .mr:
            let sorted = zip(volume.values, volume.inside).filter { $0.1 != 0 }.map(\.0).sorted()
            return sorted.isEmpty ? 0 : 0.25 * sorted[sorted.count * 3 / 4]
        }
    }
}

/// The box of the trunk in one plane along the patient's axes, in millimetres (LPS).
struct BodyBox: Sendable, Hashable {
    let left: Double
    let right: Double
    let front: Double
    let back: Double

    var width: Double { right - left }
    var depth: Double { back - front }

    init?(_ mask: [UInt8], plane: Int, grid: CanonicalGrid) {
        let size = grid.size
        let pixels = Array(mask[plane * size.x * size.y..<(plane + 1) * size.x * size.y])
        let area = Double(pixels.reduce(0) { $0 + Int($1) }) * grid.spacing.x * grid.spacing.y
        guard area >= BodyMask.minimumArea, let box = PixelBox(of: pixels, columns: size.x, rows: size.y) else {
            return nil
        }
        // PixelBox counts from the corner of the first pixel, the grid from its centre.
        left = grid.origin.x + (box.x0 - 0.5) * grid.spacing.x
        right = grid.origin.x + (box.x1 - 0.5) * grid.spacing.x
        front = grid.origin.y + (box.y0 - 0.5) * grid.spacing.y
        back = grid.origin.y + (box.y1 - 0.5) * grid.spacing.y
    }
}
