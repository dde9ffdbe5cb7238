import Geometry

/// What levels of the body are compared by.
enum LevelFeatures {
    /// CT against CT: soft tissue in a narrow window, bone with double weight, air.
    case hounsfield
    /// Anything else: where edges are, relative to the strong ones.
    case edges

    init(target: AtlasModality, atlas: AtlasModality) {
        self = target == .ct && atlas == .ct ? .hounsfield : .edges
    }

    /// Voxel values from 0 to 1 (bone 0 to 2); 0 outside the trunk.
    func channels(of volume: CanonicalVolume, body: BodyMask) -> [[Float]] {
        switch self {
        case .hounsfield:
            return [
                zip(volume.values, body.values).map { $1 == 0 ? 0 : unit(($0 + 50) / 150) },
                zip(volume.values, body.values).map { $1 == 0 ? 0 : 2 * unit(($0 - 180) / 150) },
                zip(volume.values, body.values).map { $1 == 0 || $0 >= -300 ? 0 : 1 },
            ]
        case .edges:
            let gradient = GradientMagnitude(volume, sigma: 3)
            let inBody = zip(gradient.values, body.values).filter { $0.1 != 0 }.map(\.0).sorted()
            let scale = inBody.isEmpty ? 1 : max(inBody[inBody.count * 19 / 20], 1e-6)
            return [zip(gradient.values, body.values).map { $1 == 0 ? 0 : unit($0 / scale) }]
        }
    }
}

/// Limits a value to 0…1.
@inline(__always)
func unit(_ value: Float) -> Float { min(max(value, 0), 1) }

/// The length of the gradient of a smoothed volume, in intensity per millimetre.
struct GradientMagnitude {
    let values: [Float]

    init(_ volume: CanonicalVolume, sigma: Double) {
        let grid = volume.grid
        // In CT only edges of soft tissue have a counterpart in MR; air and bone would outshine them.
        let intensities = volume.modality == .ct ? volume.values.map { min(max($0, -150), 250) } : volume.values
        let smooth = GaussianBlur.blurred(
            intensities,
            size: grid.size,
            sigma: (sigma / grid.spacing.x, sigma / grid.spacing.y, sigma / grid.spacing.z)
        )
        let gradient = Gradient(smooth, grid: grid)
        values = (0..<smooth.count).map { index in
            let x = gradient.values[3 * index]
            let y = gradient.values[3 * index + 1]
            let z = gradient.values[3 * index + 2]
            return (x * x + y * y + z * z).squareRoot()
        }
    }
}
