import Checkpoints
import SegmentAnything
import Tensors

/// Self-attention inside windows, with relative positions along rows and columns (Li et al. 2022, as in Segment
/// Anything's encoder).
///
/// Logits are `q·k/√d + q·Rh[Δrow] + q·Rw[Δcolumn]` with the unscaled q. Padding tokens are zero vectors before the
/// projection, so their keys and values are its bias: they take part, each at its own relative position.
struct WindowAttention: Sendable {
    let projection: Linear
    private let mixing: WindowMixing
    private let result: Linear

    /// Takes the tensors `name.qkv…`; `edge` is the window's edge, the grid's own for global attention.
    init(
        _ parameters: NamedTensors,
        _ name: String,
        configuration: SAMMed2DConfiguration,
        edge: Int
    ) throws(CheckpointError) {
        let width = configuration.width
        projection = try parameters.linear(name + ".qkv", inputs: width, outputs: 3 * width)
        result = try parameters.linear(name + ".proj", inputs: width, outputs: width)
        var tables: [Tensor] = []
        for axis in ["h", "w"] {
            let full = "\(name).rel_pos_\(axis)"
            let length = try parameters.shape(of: full, axes: 2)[0]
            let table = try parameters.require(full, shape: [length, width / configuration.heads])
            tables.append(Self.reversed(table.resizedLinearly(length: 2 * edge - 1)))
        }
        mixing = WindowMixing(
            plan: WindowPlan(grid: configuration.grid, edge: edge),
            heads: configuration.heads,
            bias: try parameters.require(name + ".qkv.bias", shape: [3 * width]),
            relativePositions: Tensor.joined(tables),
            precision: parameters.preparation?.precision ?? .float32
        )
    }

    /// `[B, g, g, C]` to the same shape.
    func callAsFunction(_ x: Tensor, recorder: Recorder) -> Tensor {
        let qkv = projection(x)
        recorder("qkv", qkv)
        let y = result(mixing(qkv))
        recorder("proj", y)
        recorder("", y)
        return y
    }

    private static func reversed(_ table: Tensor) -> Tensor {
        Tensor.joined(table.shape[0] == 0 ? [table] : (0..<table.shape[0]).reversed().map { table.slice($0..<$0 + 1) })
    }
}
