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

    /// The reference's own embedding of the slice `image_u8`, so that the decoder is judged alone.
    func embedding() throws -> ImageEmbedding {
        let image = try image("image_u8")
        let features = try tensor("embedding").reshaped([256, 4096]).transposed()
        return ImageEmbedding(features: features, grid: 64, sourceRows: image.rows, sourceColumns: image.columns)
    }

    /// `boxes_orig` as prompts.
    func boxes() throws -> [Prompt] {
        let corners = try tensor("boxes_orig").values.map { Double($0) }
        return stride(from: 0, to: corners.count, by: 4).map { first in
            Prompt(
                box: Prompt.Box(
                    x0: corners[first],
                    y0: corners[first + 1],
                    x1: corners[first + 2],
                    y1: corners[first + 3]
                )
            )
        }
    }

    /// A grey image stored as `[rows, columns]` bytes.
    func image(_ name: String) throws -> SliceImage {
        let shape = try #require(file.shape(of: name))
        return SliceImage(rows: shape[0], columns: shape[1], pixels: try file.bytes(name))
    }
}

/// The published weights, read once.
enum PublishedWeights {
    static let encoder = Result { try TinyViT(parameters.get()) }
    static let model = Result { try LiteMedSAMModel(parameters: parameters.get()) }

    static let parameters = Result {
        let url = SharedFiles.cache.appending(path: "weights/lite_medsam.pth")
        return try CheckpointFile.load(RawPath(url.path))
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
func sampled(_ value: Tensor) -> [Float] {
    let (size, channels) = (value.shape[0], value.shape[2])
    let positions = (0..<8).map { $0 * (size - 1) / 7 }
    let values = value.values
    return (0..<channels).flatMap { channel in
        positions.flatMap { row in positions.map { values[(row * size + $0) * channels + channel] } }
    }
}

/// The last two axes of a tensor at every `step`-th row and column.
func thinned(_ value: Tensor, by step: Int) -> [Float] {
    let (rows, columns) = (value.shape[value.shape.count - 2], value.lastAxis)
    let values = value.values
    return stride(from: 0, to: values.count, by: rows * columns).flatMap { plane in
        stride(from: 0, to: rows, by: step).flatMap { row in
            stride(from: 0, to: columns, by: step).map { values[plane + row * columns + $0] }
        }
    }
}
