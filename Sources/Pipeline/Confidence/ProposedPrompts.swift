import DICOMFiles
import DICOMSegmentation
import Foundation
import SegmentAnything

/// The boxes of segments that were not good enough to be written, as a prompt file: a person looks at them, moves what is
/// wrong, and gives the file to `annotate --prompts`.
struct ProposedPrompts: Encodable {
    let segments: [Segment]

    struct Segment: Encodable {
        let label: String
        let category: [String]
        let type: [String]
        let modifier: [String]?
        let color: [Int]
        let prompts: [SlicePrompt]
    }

    struct SlicePrompt: Encodable {
        let sop: String
        let frame: Int
        let box: [Double]
    }

    /// The withheld segments of a series; `nil` where none is withheld.
    init?(_ results: [SegmentResult], on volume: ImageVolume) {
        segments = results.filter(\.isWithheld).compactMap { result in
            let prompts = result.answers.compactMap { answer -> SlicePrompt? in
                guard let box = answer.prompt.box else { return nil }
                let frame = volume.frames[answer.slice]
                return SlicePrompt(
                    sop: frame.sopInstanceUID,
                    frame: frame.frameNumber ?? 1,
                    box: [box.x0, box.y0, box.x1, box.y1]
                )
            }
            guard !prompts.isEmpty else { return nil }
            let segment = result.segment
            func code(_ concept: CodedConcept) -> [String] { [concept.value, concept.scheme, concept.meaning] }
            return Segment(
                label: segment.label,
                category: code(segment.category),
                type: code(segment.type),
                modifier: segment.modifiers.first.map(code),
                color: [Int(segment.colour.red), Int(segment.colour.green), Int(segment.colour.blue)],
                prompts: prompts
            )
        }
        if segments.isEmpty { return nil }
    }

    /// The file's bytes, keys sorted.
    func jsonBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
