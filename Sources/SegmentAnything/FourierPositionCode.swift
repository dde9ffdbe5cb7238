import Checkpoints
import Foundation
import Tensors

/// Codes a position in the image by sines and cosines of random frequencies (Tancik et al. 2020, as in Segment
/// Anything).
struct FourierPositionCode: Sendable {
    /// `[2, C/2]`: frequencies along x, then along y.
    private let frequencies: Tensor

    private var half: Int { frequencies.shape[1] }

    init(_ parameters: NamedTensors, width: Int) throws(CheckpointError) {
        let name = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"
        frequencies = try parameters.require(name, shape: [2, width / 2])
    }

    /// Writes the C channels of position (u, v), both in 0…1: sines, then cosines.
    func write(u: Float, v: Float, to code: UnsafeMutablePointer<Float>) {
        let (x, y) = (2 * u - 1, 2 * v - 1)
        frequencies.withUnsafeBufferPointer { frequencies in
            for channel in 0..<half {
                let angle = 2 * Float.pi * (x * frequencies[channel] + y * frequencies[half + channel])
                (code + channel).initialize(to: sin(angle))
                (code + half + channel).initialize(to: cos(angle))
            }
        }
    }

    /// The codes of all pixel centres of a grid: `[grid·grid, C]`, row-major.
    func ofGrid(_ grid: Int) -> Tensor {
        Tensor(shape: [grid * grid, 2 * half]) { codes in
            for pixel in 0..<grid * grid {
                let u = (Float(pixel % grid) + 0.5) / Float(grid)
                let v = (Float(pixel / grid) + 0.5) / Float(grid)
                write(u: u, v: v, to: codes.start + pixel * 2 * half)
            }
        }
    }
}
