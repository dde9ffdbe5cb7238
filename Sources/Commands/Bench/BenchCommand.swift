import ArgumentParser
import Foundation
import Profiles
import Tensors

/// How fast a model answers on this machine.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast a model answers on this machine.",
        discussion: """
            Times are medians of wall-clock time for one slice of 512 × 512 pixels: the encoder, then the decoder for 1 and
            for 10 boxes on its embedding. Start is the time from the verb's start until the first slice is encoded.
            Peak memory is that of the whole process. Let the machine be quiet: cores that something else keeps busy are
            not there for this.
            """
    )

    @Option(help: "The model package. Default: the only one there is.")
    var model: String?

    @OptionGroup var arithmetic: PrecisionOptions

    @Option(help: "How many threads compute. Default: all processors.")
    var threads: Int?

    @Option(help: "How often each part is run; two more runs before are not counted.")
    var runs = 9

    @OptionGroup var models: ModelFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        if let threads, !(1...processors).contains(threads) {
            throw ValidationError(
                "--threads \(threads): this machine has \(processors) processors, give 1 to \(processors)"
            )
        }
        guard (1...10_000).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 10000") }
    }

    func run() async throws {
        let start = ContinuousClock.now
        if let threads { ComputeThreads.use(threads) }
        let package = try ModelLoader.package(named: model, in: models.store())
        let network = try ModelLoader.load(package, precision: arithmetic.precision ?? .fp32)
        let result = try NetworkTiming(network, runs: runs).result(since: start)
        guard !json else { return try JSONOutput.print(result) }
        print(result.text)
    }
}
