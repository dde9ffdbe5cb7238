import Checkpoints
import DurableFiles
import Foundation
import LiteMedSAM
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// A file of reference values that the published weights gave.
struct Golden {
    let file: SafetensorsFile

    /// `ct`, `synth` or `prep`.
    init(_ name: String) throws {
        let url = SharedFiles.reference("litemedsam/golden/litemedsam_\(name).safetensors")
        file = try SafetensorsFile(RawPath(url.path))
    }

    func tensor(_ name: String) throws -> Tensor { try file.tensor(name) }

    func bytes(_ name: String) throws -> [UInt8] { try file.bytes(name) }

    /// A grey image stored as `[rows, columns]` bytes.
    func image(_ name: String) throws -> SliceImage {
        let shape = try #require(file.shape(of: name))
        return SliceImage(rows: shape[0], columns: shape[1], pixels: try file.bytes(name))
    }
}

/// The published weights, read once.
enum PublishedWeights {
    static let encoder = Result { try TinyViT(parameters.get()) }

    static let parameters = Result {
        let url = SharedFiles.cache.appending(path: "weights/lms.safetensors")
        return try SafetensorsFile(RawPath(url.path)).namedTensors()
    }
}

/// The largest absolute difference; infinite when the sizes differ or a value is not a number.
func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}

/// `[n, n, channels]` at eight rows and columns from the first to the last, as `[channels, 8, 8]`: how the reference
/// samples the stages of the encoder.
func sampled(_ value: Tensor, grid: Int? = nil) -> [Float] {
    let (size, channels) = (value.shape[0], value.shape[2])
    let positions = (0..<8).map { $0 * ((grid ?? size) - 1) / 7 }
    let values = value.values
    return (0..<channels).flatMap { channel in
        positions.flatMap { row in positions.map { values[(row * size + $0) * channels + channel] } }
    }
}
