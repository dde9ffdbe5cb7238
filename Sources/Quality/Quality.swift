import Atlas
import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import LiteMedSAM
import Pipeline
import SegmentAnything

/// Prints the figures of `docs/quality.md` as Markdown: one patient's CT laid over another patient's CT slab and over a
/// third one's MR, with LiteMedSAM, and what is refused.
///
/// The one argument is the folder that `make sample` fills.
@main
struct Quality {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: Quality FOLDER   (the folder that 'make sample' fills)")
            return
        }
        let sample = SampleScans(cache: RawPath(CommandLine.arguments[1]))
        let weights = try CheckpointFile.load(sample.weights)
        let network = try LiteMedSAMModel(parameters: weights)
        let atlas = try sample.atlas()
        for target in [SampleScans.ctSlab, SampleScans.mr] {
            let trial = AtlasTrial(
                atlas: atlas,
                structures: target.structures,
                network: network,
                intensity: target.intensity
            )
            print("## \(target.title)\n")
            print(QualityTable(try trial.run(try sample.series(target))).text + "\n")
        }
        print("## What is refused\n")
        for line in try sample.refusals() { print("* \(line)") }
        print("\n## Time\n")
        print("* \(try sample.boxTime(atlas: atlas))")
    }
}
