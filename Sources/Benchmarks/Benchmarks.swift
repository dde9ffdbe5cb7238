import Checkpoints
import DurableFiles
import Foundation
import Glibc
import LiteMedSAM
import SAMMed2D
import SegmentAnything
import Tensors

/// Measures the networks on this machine: `Benchmarks CHECKPOINT... [--threads N] [--runs N] [--json] [--bf16] [--products]
/// [--training] [--only CASE]`.
///
/// Each checkpoint is a `.pth` or `.safetensors` file; `--products` measures matrix products, `--training` steps of
/// training, with `--only` those whose name has the word (then the networks alone are left out). Figures are medians; processor time over wall-clock time shows how busy the cores were and whether something
/// else was running.
@main
struct Benchmarks {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        func option(_ name: String) -> String? {
            guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
            let value = arguments[index + 1]
            arguments.removeSubrange(index...index + 1)
            return value
        }
        let threads = option("--threads").flatMap(Int.init) ?? ComputeThreads.count
        let runs = max(1, option("--runs").flatMap(Int.init) ?? 7)
        let only = option("--only")
        let json = arguments.contains("--json")
        let precision: ProductPrecision = arguments.contains("--bf16") ? .bfloat16 : .float32
        let trains = arguments.contains("--training")
        arguments.removeAll { ["--json", "--bf16", "--training"].contains($0) }
        ComputeThreads.use(threads)
        if arguments.contains("--products") {
            arguments.removeAll { $0 == "--products" }
            for result in ProductBenchmark.all(runs: runs) { print(result) }
        }
        let results = try ProductPrecision.$current.withValue(precision) {
            try (only == nil ? arguments : []).map {
                try NetworkBenchmark(path: $0, threads: threads, runs: runs).result()
            }
        }
        var training = TrainingBenchmark.Results()
        if trains {
            for path in arguments { try TrainingBenchmark(runs: runs, only: only).measure(path: path, into: &training) }
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            print(String(decoding: try encoder.encode(Report(networks: results, training: training)), as: UTF8.self))
        } else {
            print("OpenBLAS \(ComputeThreads.kernelName), \(threads) threads, \(precision.rawValue), median of \(runs)")
            for result in results { print(result.text) }
            for (name, step) in training.adapterStep.sorted(by: { $0.key < $1.key }) {
                print(
                    String(
                        format: "adapter step %@: %.3f s an image, %.0f MB",
                        name,
                        step.secondsPerImage ?? .nan,
                        step.peakMemoryMB
                    )
                )
            }
            for (name, step) in training.decoderStep.sorted(by: { $0.key < $1.key }) {
                print(String(format: "decoder step %@: %.3f s, %.0f MB", name, step.seconds ?? .nan, step.peakMemoryMB))
            }
        }
    }

    /// What `--json` prints.
    private struct Report: Encodable {
        let networks: [NetworkBenchmark.Result]
        let training: TrainingBenchmark.Results
    }
}
