import Checkpoints
import DurableFiles
import Foundation
import Glibc
import Inference
import LiteMedSAM
import SAMMed2D
import SegmentAnything
import Tensors

/// Times one network: start, encoder, and decoder for 1 and 10 boxes.
struct NetworkBenchmark {
    let path: String
    let precision: NetworkPrecision
    let threads: Int
    let runs: Int
    /// Where packed weights are kept; nil for nowhere.
    let cache: PackedWeightCache?

    /// Medians in milliseconds of wall-clock time.
    struct Result: Encodable {
        let model: String
        let precision: String
        let threads: Int
        let encoderMS: Double
        /// Processor time over wall-clock time of the encoder.
        let encoderBusyCores: Double
        /// GFLOP per second of the encoder, and of its products alone on this machine; nil for other networks.
        let encoderGigaflops: Double?
        let rooflineGigaflops: Double?
        let decodeMS: [String: Double]
        let peakMemoryMB: Double
        let startSeconds: Double

        var text: String {
            func ms(_ value: Double?) -> String { value.map { String(format: "%.1f ms", $0) } ?? "–" }
            let busy = String(format: "%.2f", encoderBusyCores)
            return "\(model) \(precision): encoder \(ms(encoderMS)) a slice (\(busy) cores busy), "
                + "1 box \(ms(decodeMS["1"])), 10 boxes \(ms(decodeMS["10"])), start "
                + String(format: "%.2f s, peak memory %.0f MB", startSeconds, peakMemoryMB)
                + (encoderGigaflops.map { String(format: ", %.0f GFLOP/s", $0) } ?? "")
                + (rooflineGigaflops.map { String(format: " of %.0f", $0) } ?? "")
        }
    }

    /// Runs everything; the first run of each part is left out.
    func result() throws -> Result {
        let start = Clock.now()
        let (name, network) = try load()
        let started = Clock.now().wall - start.wall
        let image = Self.image()
        var embedding = try network.encode(image)
        let encoder = try measure { embedding = try network.encode(image) }
        var decode: [String: Double] = [:]
        for count in [1, 10] {
            let prompts = (0..<count).map { index in
                let offset = Double(index * 12)
                return Prompt(box: .init(x0: 60 + offset, y0: 80 + offset, x1: 260 + offset, y1: 300 + offset))
            }
            decode["\(count)"] = try measure { _ = try network.decode(prompts, on: embedding) }.wall * 1_000
        }
        // Padding tokens are not projected: 69.0 GFLOP a slice.
        let isSAMMed2D = name == "SAM-Med2D"
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Result(
            model: name,
            precision: precision.rawValue,
            threads: threads,
            encoderMS: encoder.wall * 1_000,
            encoderBusyCores: encoder.processor / encoder.wall,
            encoderGigaflops: isSAMMed2D ? 69.0 / encoder.wall : nil,
            rooflineGigaflops: isSAMMed2D ? Roofline.gigaflops(precision, runs: 2 * runs) : nil,
            decodeMS: decode,
            peakMemoryMB: Double(usage.ru_maxrss) / 1_024,
            startSeconds: started
        )
    }

    private func load() throws -> (String, any SegmentationModel) {
        let weights = try CheckpointFile.load(RawPath(path))
        switch try ModelArchitecture.detect(weights) {
        case .liteMedSAM:
            return ("LiteMedSAM", try LiteMedSAMModel(parameters: weights, precision: precision, cache: cache))
        case .samMed2D: return ("SAM-Med2D", try SAMMed2DModel(weights, precision: precision, cache: cache))
        case .sam: return ("SAM without adapters", try SAMMed2DModel(weights, precision: precision, cache: cache))
        }
    }

    /// The run with the median wall-clock time, after one that is not counted.
    private func measure(_ body: () throws -> Void) rethrows -> Clock {
        try body()
        var times: [Clock] = []
        for _ in 0..<runs {
            let before = Clock.now()
            try body()
            let after = Clock.now()
            times.append(Clock(wall: after.wall - before.wall, processor: after.processor - before.processor))
        }
        return times.sorted { $0.wall < $1.wall }[times.count / 2]
    }

    /// A 512 × 512 slice with structure, the same each time.
    static func image() -> SliceImage {
        let pixels = (0..<512 * 512).map { index -> UInt8 in
            let (x, y) = (index % 512, index / 512)
            let inside = (x - 256) * (x - 256) + (y - 240) * (y - 240) < 180 * 180
            return UInt8((7 * x + 3 * y) % 97 + (inside ? 120 : 0))
        }
        return SliceImage(rows: 512, columns: 512, pixels: pixels)
    }
}
