import DurableFiles
import Foundation
import Ledger

/// What the page needs of a result's receipt.
package struct StoredReceipt: Sendable, Decodable {
    /// The network.
    package struct Model: Sendable, Decodable {
        package let name: String
        package let sha256: String
        package let precision: String
    }

    /// A segment of the result.
    package struct Segment: Sendable, Decodable {
        package let number: Int
        package let label: String
        package let trackingID: String
        package let volumeML: Double
        package let boxes: [Box]
    }

    /// A prompt and what the network said to it.
    package struct Box: Sendable, Decodable {
        package let sop: String
        package let frame: Int?
        /// x0, y0, x1, y1 in source pixels.
        package let box: [Double]?
        package let predictedIoU: Double
    }

    /// A segment without a pixel.
    package struct NotFound: Sendable, Decodable {
        package let label: String
        package let reason: String
    }

    /// The source, in the order of its slices.
    package struct Series: Sendable, Decodable {
        package let frames: [Frame]
    }

    /// A slice.
    package struct Frame: Sendable, Hashable, Decodable {
        package let sop: String
        package let frame: Int?
    }

    package let created: String
    package let model: Model
    package let segments: [Segment]
    package let notFound: [NotFound]
    package let warnings: [String]
    package let series: Series

    private static let largest = 64 << 20

    /// Reads a receipt.
    package static func read(_ path: RawPath) throws -> StoredReceipt {
        let bytes = try ReadOnlyFile(path, subject: "receipt").readAll(limit: largest)
        return try JSONDecoder().decode(StoredReceipt.self, from: Data(bytes))
    }
}

extension ResultSummary {
    /// A result is unstable where a segment's masks were doubted: half of a segment's slices had a lower predicted IoU than 0.8.
    private static let unstable = 0.2

    /// What a receipt gives to look at.
    ///
    /// How much that is worth a look: what the network doubts, and what it cannot know of itself. A volume that no person has
    /// outweighs any doubt that still counts as stable.
    init(_ receipt: StoredReceipt, instability: Double?) {
        var reasons: [JobReason] = []
        if let instability, instability >= Self.unstable {
            let percent = Int((100 * instability).rounded())
            reasons.append(JobReason("UNSTABLE", message: "the model doubts a segment by \(percent) %"))
        }
        reasons += receipt.warnings.map(JobReason.init(warning:))
        reasons += receipt.notFound.map { JobReason("NOT_FOUND", message: "\($0.label): \($0.reason)") }
        func weight(_ code: String, _ weight: Double) -> Double { reasons.contains { $0.code == code } ? weight : 0 }
        let interest =
            0.5 * (instability ?? 0) + weight("VOLUME", 0.25) + weight("NOT_FOUND", 0.1) + weight("GAPS", 0.1)
            + weight("WARNING", 0.05)
        self.init(reasons: reasons, interest: min(interest, 1))
    }
}

extension JobReason {
    /// A warning of a receipt: a code word and what follows it.
    fileprivate init(warning: String) {
        let words = warning.split(separator: " ", maxSplits: 1).map(String.init)
        switch words.first {
        case "VOLUME": self.init("VOLUME", message: words.last)
        case "GAPS": self.init("GAPS", message: "\(words.last ?? "some") gaps between the slices")
        default: self.init("WARNING", message: warning)
        }
    }
}
