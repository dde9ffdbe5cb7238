import Inference
import Tensors

/// What this machine reaches on a network's products alone: the limit that the network is measured against.
///
/// The same layers with packed weights, one after the other with warm caches, so rounding of rows and what follows a
/// product are in it, while norms, attention and the reading of weights from memory are not.
enum Roofline {
    /// A product that occurs `count` times in a block of SAM-Med2D's encoder.
    private static let products: [(count: Int, rows: Int, outputs: Int, inputs: Int)] = [
        (1, 256, 2_304, 768), (1, 256, 768, 768), (1, 256, 3_072, 768), (1, 256, 768, 3_072), (1, 64, 768, 6_912),
        (4, 64, 768, 3_072),
    ]

    /// GFLOP per second of wall-clock time in a precision, on the threads in use; the best of several runs.
    static func gigaflops(_ precision: NetworkPrecision, runs: Int) -> Double {
        let packer = WeightPacker(precision) { _ in false }
        var (operations, seconds) = (0.0, 0.0)
        for product in products {
            let layer = Linear(weight: ramp([product.outputs, product.inputs]), bias: nil)
                .prepared("roofline", by: packer)
            let x = ramp([product.rows, product.inputs])
            _ = layer(x)
            var best = Double.infinity
            for _ in 0..<runs {
                let start = Clock.now()
                _ = layer(x)
                best = min(best, Clock.now().wall - start.wall)
            }
            let one = Double(2 * product.rows * product.outputs * product.inputs)
            operations += Double(product.count) * one
            seconds += Double(product.count) * best
        }
        return operations / seconds * 1e-9
    }

    /// Numbers of both signs without a pattern.
    private static func ramp(_ shape: [Int]) -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { index -> Float in
            let step = (index &* 7_919) % 2_003
            return Float(step - 1_001) / 1_001
        }
        return Tensor(values, shape: shape)
    }
}
