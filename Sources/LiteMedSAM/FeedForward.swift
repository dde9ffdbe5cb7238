import Checkpoints
import SegmentAnything
import Tensors

/// The branch of a block that works on each token alone: LayerNorm, widening fourfold, GELU, narrowing.
package struct FeedForward: Sendable {
    let norm: LayerNorm
    let widen: Linear
    let narrow: Linear

    /// Reads `<name>.norm`, `.fc1` and `.fc2`.
    package init(_ parameters: NamedTensors, _ name: String, channels: Int) throws(CheckpointError) {
        norm = try parameters.layerNorm("\(name).norm", width: channels, epsilon: 1e-5)
        widen = try parameters.linear("\(name).fc1", inputs: channels, outputs: 4 * channels)
        narrow = try parameters.linear("\(name).fc2", inputs: 4 * channels, outputs: channels)
    }

    /// The branch alone, without the input: `[n, n, channels]`, shape kept. Goes through the rows in tiles.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        let grid = x.shape[0]
        let rowLength = x.count / grid
        let tile = max(1, Self.tileElements / (4 * rowLength))
        return Tensor(shape: x.shape) { result in
            for start in stride(from: 0, to: grid, by: tile) {
                let end = min(grid, start + tile)
                narrow(widen(norm(x.slice(start..<end)), activation: .gelu)).withUnsafeBufferPointer { rows in
                    _ = result[start * rowLength..<end * rowLength].initialize(fromContentsOf: rows)
                }
            }
        }
    }

    /// Elements of the hidden layer per tile: 4 MiB.
    private static let tileElements = 1 << 20
}
