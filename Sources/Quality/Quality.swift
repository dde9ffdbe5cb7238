import Atlas
import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import LiteMedSAM
import Pipeline
import SegmentAnything

/// Prints the figures of `docs/quality.md` as Markdown: one patient's CT laid over another patient's CT slab and over a
/// third one's MR, with LiteMedSAM, what is refused, heads, and the time.
///
/// The arguments are the folder that `make sample` fills and, where not all is wanted, names of sections.
@main
struct Quality {
    enum Section: String, CaseIterable {
        case ct, mr, votes, refused, heads, time
    }

    static func main() throws {
        let names = CommandLine.arguments.dropFirst(2)
        let sections = names.compactMap(Section.init)
        guard CommandLine.arguments.count >= 2, sections.count == names.count else {
            let known = Section.allCases.map(\.rawValue).joined(separator: ", ")
            print("usage: Quality FOLDER [SECTION…]   (the folder that 'make sample' fills; sections: \(known))")
            return
        }
        let sample = SampleScans(cache: RawPath(CommandLine.arguments[1]))
        for section in sections.isEmpty ? Section.allCases : sections { try print(section, sample) }
    }

    private static func print(_ section: Section, _ sample: SampleScans) throws {
        switch section {
        case .ct: try print(SampleScans.ctSlab, sample)
        case .mr: try print(SampleScans.mr, sample)
        case .votes:
            try print(SampleScans.ctSlab, sample, others: [SampleScans.mr])
            try print(SampleScans.mr, sample, others: [SampleScans.ctSlab])
        case .refused:
            print("## What is refused\n")
            for line in try sample.refusals() { print("* \(line)") }
        case .heads:
            for line in try sample.heads() { print(line) }
        case .time:
            print("\n## Time\n")
            print("* \(try sample.boxTime(atlas: try sample.atlas()))")
        }
    }

    /// A scan's table; `others` are laid over it too, and all atlases vote.
    private static func print(
        _ target: SampleScans.Target,
        _ sample: SampleScans,
        others: [SampleScans.Target] = []
    ) throws {
        var trial = AtlasTrial(
            atlas: try sample.atlas(),
            structures: target.structures,
            network: try LiteMedSAMModel(parameters: try CheckpointFile.load(sample.weights)),
            intensity: target.intensity
        )
        trial.others = try others.map(sample.further)
        print("## \(target.title)\(others.isEmpty ? "" : ", and one of a further patient")\n")
        print(QualityTable(try trial.run(try sample.series(target))).text + "\n")
    }

    private static func print(_ text: String) { Swift.print(text) }
}
