import ArgumentParser
import Checkpoints
import DurableFiles
import LiteMedSAM
import SegmentAnything

/// Compares a network with stored results of the published code: a site's installation qualification.
struct ModelsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Run every case of a golden file and print the largest difference of each tensor."
    )

    @Argument(help: "The package's name.")
    var name: String

    @Option(help: "The golden file (.safetensors).")
    var golden: String

    @Option(help: "The largest difference that is allowed everywhere. Default: the file kind's own tolerances.")
    var tolerance: Float?

    @OptionGroup var models: ModelFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        let tensor: String
        let largestDifference: Float
        let tolerance: Float
        let passes: Bool
    }

    func validate() throws {
        guard tolerance.map({ $0 >= 0 }) ?? true else { throw ValidationError("--tolerance: a number from 0 on") }
    }

    func run() async throws {
        let package = try ModelLoader.package(named: name, in: models.store())
        // Before the weights are read: that takes a while.
        let file = try goldenFile()
        try package.verifyDigest()
        let network = try ModelLoader.network(package)
        let lines: [Line]
        do {
            lines = try compare(network, with: file)
        } catch let error as CheckpointError {
            throw CommandFailure(.wrongUse, "\(golden) is no golden file of this model: \(error.description)")
        }
        if json {
            try JSONOutput.print(lines)
        } else {
            var table = TextTable(["tensor", "largest difference", "allowed", ""])
            for line in lines {
                table.add([
                    line.tensor, "\(line.largestDifference)", "\(line.tolerance)", line.passes ? "ok" : "TOO LARGE",
                ])
            }
            print(table.text)
        }
        guard lines.allSatisfy(\.passes), !lines.isEmpty else {
            throw CommandFailure(.findings, "the model does not compute what the golden file expects")
        }
    }

    private func goldenFile() throws -> SafetensorsFile {
        do {
            return try SafetensorsFile(RawPath(golden))
        } catch {
            throw CommandFailure(.wrongUse, "\(golden): \(error.description)")
        }
    }

    private func compare(
        _ network: any SegmentationModel & VerifiableModel,
        with file: SafetensorsFile
    ) throws -> [Line] {
        if LiteMedSAMVerification.recognizes(file) {
            guard let network = network as? LiteMedSAMModel else {
                throw CommandFailure(.wrongUse, "\(golden) belongs to LiteMedSAM, \(name) is another architecture")
            }
            return try LiteMedSAMVerification(file).run(network).map { difference in
                let allowed = tolerance ?? difference.tolerance
                return Line(
                    tensor: difference.name,
                    largestDifference: difference.largest,
                    tolerance: allowed,
                    passes: difference.largest <= allowed
                )
            }
        }
        return try GoldenVerification(file).run(network).map { difference in
            let allowed =
                tolerance
                ?? (difference.isEmbedding
                    ? GoldenVerification.embeddingTolerance : GoldenVerification.logitTolerance)
            return Line(
                tensor: difference.name,
                largestDifference: difference.largest,
                tolerance: allowed,
                passes: difference.largest <= allowed
            )
        }
    }
}
