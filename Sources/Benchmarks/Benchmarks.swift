import Checkpoints
import DurableFiles
import Foundation
import Glibc
import Inference
import LiteMedSAM
import SAMMed2D
import SegmentAnything
import Tensors

/// Measures the networks on this machine: `Benchmarks CHECKPOINT... [--threads N] [--runs N] [--json] [--precision P,P…] [--cache FOLDER] [--products]
/// [--training] [--bf16] [--only CASE]`.
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
        let precisions = option("--precision").map { $0.split(separator: ",") } ?? ["fp32"]
        let folder = option("--cache").map { RawPath($0) }
        let json = arguments.contains("--json")
        let training32 = !arguments.contains("--bf16")
        let trains = arguments.contains("--training")
        arguments.removeAll { ["--json", "--bf16", "--training"].contains($0) }
        ComputeThreads.use(threads)
        if arguments.contains("--products") {
            arguments.removeAll { $0 == "--products" }
            for result in ProductBenchmark.all(runs: runs) { print(result) }
        }
        var results: [NetworkBenchmark.Result] = []
        for path in only == nil ? arguments : [] {
            for precision in precisions.compactMap({ NetworkPrecision(rawValue: String($0)) }) {
                let benchmark = NetworkBenchmark(
                    path: path,
                    precision: precision,
                    threads: threads,
                    runs: runs,
                    cache: folder.map { PackedWeightCache(folder: $0, digest: path) }
                )
                results.append(try benchmark.result())
            }
        }
        var training = TrainingBenchmark.Results()
        if trains {
            try ProductPrecision.$current.withValue(training32 ? .float32 : .bfloat16) {
                for path in arguments {
                    try TrainingBenchmark(runs: runs, only: only).measure(path: path, into: &training)
                }
            }
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            print(String(decoding: try encoder.encode(Report(networks: results, training: training)), as: UTF8.self))
        } else {
            print("OpenBLAS \(ComputeThreads.kernelName), \(threads) threads, median of \(runs)")
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
