import Foundation
import Pipeline
import SegmentAnything
import Tensors

/// Times one network: start, encoder, and decoder for 1 and 10 boxes.
struct NetworkTiming {
    private let model: LoadedModel
    private let runs: Int

    /// Medians.
    struct Result: Encodable {
        let model: String
        /// As it ran.
        let precision: String
        let threads: Int
        /// Milliseconds of wall-clock time for a slice.
        let encoderMS: Double
        /// The same of the decoder, by the number of boxes.
        let decodeMS: [String: Double]
        let peakMemoryMB: Double
        /// Until the first slice was encoded.
        let startSeconds: Double

        var text: String {
            var table = TextTable(["model", "arithmetic", "threads", "encoder", "1 box", "10 boxes", "start", "memory"])
            func milliseconds(_ value: Double?) -> String { value.map { String(format: "%.1f ms", $0) } ?? "–" }
            table.add([
                model, precision, "\(threads)", milliseconds(encoderMS), milliseconds(decodeMS["1"]),
                milliseconds(decodeMS["10"]), String(format: "%.2f s", startSeconds),
                String(format: "%.0f MB", peakMemoryMB),
            ])
            return table.text
        }
    }

    /// Each part is run `runs` times after two runs that are not counted.
    init(_ model: LoadedModel, runs: Int) {
        self.model = model
        self.runs = runs
    }

    /// Measures everything; `start` is when the program began to load the model.
    func result(since start: ContinuousClock.Instant) throws -> Result {
        let image = Self.slice
        var embedding = try model.network.encode(image)
        let started = Self.seconds(since: start)
        let encoder = try median { embedding = try model.network.encode(image) }
        var decode: [String: Double] = [:]
        for count in [1, 10] {
            let prompts = Self.boxes(count)
            decode["\(count)"] = try median { _ = try model.network.decode(prompts, on: embedding) } * 1_000
        }
        return Result(
            model: model.name,
            precision: model.precision,
            threads: ComputeThreads.count,
            encoderMS: encoder * 1_000,
            decodeMS: decode,
            peakMemoryMB: ProcessMemory.peakMB,
            startSeconds: started
        )
    }

    private func median(_ body: () throws -> Void) rethrows -> Double {
        for _ in 0..<2 { try body() }
        var times: [Double] = []
        for _ in 0..<runs {
            let start = ContinuousClock.now
            try body()
            times.append(Self.seconds(since: start))
        }
        times.sort()
        return (times[(runs - 1) / 2] + times[runs / 2]) / 2
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = start.duration(to: .now).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }

    /// A 512 × 512 slice with structure, the same each time.
    static var slice: SliceImage {
        let pixels = (0..<512 * 512).map { index -> UInt8 in
            let (x, y) = (index % 512, index / 512)
            let isInside = (x - 256) * (x - 256) + (y - 240) * (y - 240) < 180 * 180
            return UInt8((7 * x + 3 * y) % 97 + (isInside ? 120 : 0))
        }
        return SliceImage(rows: 512, columns: 512, pixels: pixels)
    }

    /// Different boxes of one size.
    static func boxes(_ count: Int) -> [Prompt] {
        (0..<count).map { index in
            let offset = Double(index * 12)
            return Prompt(box: .init(x0: 60 + offset, y0: 80 + offset, x1: 260 + offset, y1: 300 + offset))
        }
    }
}
