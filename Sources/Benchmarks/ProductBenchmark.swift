import Foundation
import Tensors

/// Times the matrix products that networks and their gradients are made of, in fp32 and in bf16.
enum ProductBenchmark {
    /// Rows, columns and the length of sums, and where such products occur.
    private static let problems: [(name: String, rows: Int, columns: Int, inner: Int)] = [
        ("encoder, projection", 512, 768, 768),
        ("encoder, q k v", 512, 2_304, 768),
        ("encoder, MLP in", 512, 3_072, 768),
        ("encoder, MLP out", 512, 768, 3_072),
        ("encoder, weight gradient", 3_072, 768, 512),
        ("adapter, convolution", 128, 768, 6_912),
        ("window attention, logits", 196, 196, 64),
        ("decoder, image", 4_096, 128, 256),
        ("decoder, image", 4_096, 2_048, 256),
        ("decoder, weight gradient", 256, 256, 4_096),
        ("decoder, tokens", 7, 256, 256),
        ("decoder, tokens", 15, 2_048, 256),
        ("decoder, tokens", 15, 256, 2_048),
        ("decoder, attention", 4_096, 7, 16),
    ]

    /// A line for each product: sizes, then for each variant GFLOP per second of processor time in fp32 and in bf16, and how
    /// many cores were busy. Processor time tells how good the kernels are when something else is running, too.
    static func all(runs: Int) -> [String] {
        let head = "| product | m × n × k | A·Bᵀ: GFLOP/s of a core in fp32/bf16 (cores busy) | A·B | Aᵀ·B |"
        return [head] + problems.map { line($0, runs: runs) }
    }

    private static func line(_ problem: (name: String, rows: Int, columns: Int, inner: Int), runs: Int) -> String {
        let rates = Variant.allCases.map { variant -> String in
            let exact = rate(problem, variant, .float32, runs: runs)
            let rounded = rate(problem, variant, .bfloat16, runs: runs)
            return String(format: "%4.0f/%4.0f (%.2f)", exact.gigaflops, rounded.gigaflops, exact.cores)
        }
        let sizes = "\(problem.rows) × \(problem.columns) × \(problem.inner)"
        return "| \(problem.name) | \(sizes) | " + rates.joined(separator: " | ") + " |"
    }

    private enum Variant: CaseIterable {
        case rightTransposed
        case plain
        case leftTransposed

        /// The right side is a weight: its rounded elements are kept.
        func multiply(_ left: Tensor, _ right: Tensor, into result: inout Tensor) {
            let stride = result.lastAxis
            result.withMutablePointer { result in
                left.withPointer { pointer in
                    let left = MatrixView(pointer, rows: left.rowCount, columns: left.lastAxis)
                    right.withMatrix { right in
                        switch self {
                        case .rightTransposed: Tensors.multiply(left, transposed: right, into: result, stride: stride)
                        case .plain: Tensors.multiply(left, right, into: result, stride: stride)
                        case .leftTransposed:
                            Tensors.multiply(transposedLeft: left, right, into: result, stride: stride)
                        }
                    }
                }
            }
        }
    }

    /// The best of several runs, each of as many calls as a fraction of a second holds.
    private static func rate(
        _ problem: (name: String, rows: Int, columns: Int, inner: Int),
        _ variant: Variant,
        _ precision: ProductPrecision,
        runs: Int
    ) -> (gigaflops: Double, cores: Double) {
        let (m, n, k) = (problem.rows, problem.columns, problem.inner)
        let left = ramp(variant == .leftTransposed ? [k, m] : [m, k])
        let right = ramp(variant == .rightTransposed ? [n, k] : [k, n])
        var result = Tensor(zeros: [m, n])
        let operations = Double(2 * m * n * k)
        let calls = max(1, Int(2e8 / operations))
        var best = (processor: Double.infinity, cores: 0.0)
        ProductPrecision.$current.withValue(precision) {
            for _ in 0...runs {
                let start = Clock.now()
                for _ in 0..<calls { variant.multiply(left, right, into: &result) }
                let end = Clock.now()
                let processor = (end.processor - start.processor) / Double(calls)
                let cores: Double = (end.processor - start.processor) / (end.wall - start.wall)
                best = (min(best.processor, processor), max(best.cores, cores))
            }
        }
        return (operations / best.processor * 1e-9, best.cores)
    }

    /// Numbers of both signs without a pattern that a kernel could like.
    private static func ramp(_ shape: [Int]) -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { index -> Float in
            let step = (index &* 7_919) % 2_003
            return Float(step - 1_001) / 1_001
        }
        return Tensor(values, shape: shape)
    }
}
