import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Geometry
import Pipeline
import Profiles
import SegmentAnything

/// Runs a network on the tight boxes of a case's truth, slice by slice, with production's reading and scaling; and, where
/// it is asked for, on simulated prompts from the same embeddings. Masks are kept as they are, without clean-up.
struct StructurePrompting {
    let loaded: LoadedCase
    let network: any SegmentationModel
    /// What points are drawn from; `nil` leaves the paper's protocol out.
    let paperSeed: UInt64?

    /// What came of it, in the order of the case's structures.
    struct Answers {
        var masks: [SegmentMask]
        var trials: [[PromptTrial]]
    }

    /// The answers; `progress` returning `false` stops with ``AnnotationError/cancelled``.
    func run(progress: (_ done: Int, _ total: Int) -> Bool) throws -> Answers {
        let volume = loaded.volume
        let boxes = loaded.structures.map { $0.tightBoxes(columns: volume.columns, rows: volume.rows) }
        let slices = Set(boxes.flatMap(\.keys)).sorted()
        var answers = Answers(
            masks: boxes.map { _ in SegmentMask(frameCount: volume.count) },
            trials: boxes.map { _ in [] }
        )
        var source = GreySlices(volume, of: loaded.series)
        let scaling = try source.scaling(.init(loaded.profile.intensity))
        for (done, slice) in slices.enumerated() {
            guard progress(done, slices.count) else { throw AnnotationError.cancelled }
            let image = try source.image(at: slice, scaling)
            try answer(slice, boxes.map { $0[slice] }, on: try network.encode(image), into: &answers)
        }
        guard progress(slices.count, slices.count) else { throw AnnotationError.cancelled }
        return answers
    }

    private func answer(
        _ slice: Int,
        _ boxes: [PixelBox?],
        on embedding: ImageEmbedding,
        into answers: inout Answers
    ) throws {
        let asked = boxes.enumerated().compactMap { index, box in box.map { (index, $0) } }
        let prompts = asked.map { Prompt(box: .init(x0: $1.x0, y0: $1.y0, x1: $1.x1, y1: $1.y1)) }
        let predictions = try network.decode(prompts, on: embedding)
        for ((index, box), prediction) in zip(asked, predictions) {
            answers.masks[index][slice] = FrameMask(
                rows: loaded.volume.rows,
                columns: loaded.volume.columns,
                pixels: prediction.pixels
            )
            guard let paperSeed, let truth = loaded.structures[index].mask[slice]?.unpacked() else { continue }
            let simulated = SimulatedPrompts(
                network: network,
                embedding: embedding,
                slice: slice,
                seed: Self.seed(paperSeed, loaded.name(of: loaded.structures[index]), loaded.reviewed.id, slice)
            )
            answers.trials[index] += try simulated.trials(truth: truth, box: box)
        }
    }

    /// Differs for every mask and stays the same whatever else is evaluated.
    private static func seed(_ seed: UInt64, _ structure: String, _ caseID: String, _ slice: Int) -> UInt64 {
        let digest = SHA256Digest(of: Array("\(seed) \(structure) \(caseID) \(slice)".utf8))
        return UInt64(digest.hex.prefix(16), radix: 16) ?? seed
    }
}
