import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import Ingest

/// What a child is asked.
enum CorrectionQuestion: Sendable, Hashable, Codable {
    case describe(RawPath)
    case compare(ComparisonRequest)
}

/// The other end of ``ChildCorrectionReader``: reads one line with limits, then one question for each line.
package enum CorrectionServer {
    /// Serves until the input ends.
    ///
    /// Call it first thing in a process that does nothing else: it closes all descriptors but the standard ones, and its limits
    /// stay with the process.
    package static func run() {
        InspectionServer.closeInheritedDescriptors()
        guard let limits = readLine().flatMap(InspectionLimits.init(line:)), limits.apply() else { return }
        while let line = readLine() {
            guard let question = try? JSONDecoder().decode(CorrectionQuestion.self, from: Data(line.utf8)),
                let answer = try? answer(to: question),
                InspectionServer.write(Array(answer) + [UInt8(ascii: "\n")])
            else { return }
        }
    }

    private static func answer(to question: CorrectionQuestion) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return switch question {
        case .describe(let path): try encoder.encode(SegmentationExamination.describe(path))
        case .compare(let request): try encoder.encode(SegmentationExamination.compare(request))
        }
    }
}
