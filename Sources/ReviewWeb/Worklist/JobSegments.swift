import DICOMSegmentation
import Ledger

/// A segment of a job as the page lists it.
struct JobSegment: Encodable {
    enum Status: String, Encodable {
        /// In the result.
        case result
        /// A person added it.
        case added
        /// The profile looks for it, and it is not in the result.
        case notFound
    }

    struct Box: Encodable {
        /// From 0, in the order of the volume.
        let slice: Int
        /// x0, y0, x1, y1 in source pixels.
        let box: [Double]
    }

    struct Code: Encodable {
        let value: String
        let scheme: String
        let meaning: String

        init(_ code: CodeTriplet) {
            value = code.value
            scheme = code.scheme
            meaning = code.meaning
        }
    }

    /// Names it in every request.
    let key: String
    /// Segment Number in the result.
    @OrNull var number: Int?
    let label: String
    let colour: String
    let status: Status
    @OrNull var code: Code?
    @OrNull var trackingUID: String?
    @OrNull var volumeML: Double?
    /// The median over slices of what the network thinks of its masks, 0 to 1.
    @OrNull var stability: Double?
    /// The mean of the same.
    @OrNull var predictedIoU: Double?
    var boxes: [Box] = []
    @OrNull var expectedVolumeML: [Double?]?
    var reasons: [WorklistItem.Reason] = []
}

/// Lists the segments of a job: those of its result, then those that the profile looked for in vain, then what people added.
struct JobSegments {
    let job: Job
    let receipt: StoredReceipt?
    let profile: JobProtocol?

    /// For structures that no profile gives a colour.
    private static let colours = ["#4e9fe0", "#e0a34e", "#6cc08b", "#c77dd6", "#d66a6a", "#8fb0c9"]

    /// The segments of result and profile.
    func listed() -> [JobSegment] {
        let found = receipt.map { receipt in receipt.segments.map { result($0, of: receipt) } } ?? []
        let missing = receipt?.notFound.map { ($0.label, $0.reason) } ?? unanswered
        let known = Set(found.map(\.key))
        return found
            + missing.enumerated().compactMap { index, entry in
                let segment = absent(entry.0, reason: entry.1, index: index + 1)
                return known.contains(segment.key) ? nil : segment
            }
    }

    /// Before there is a result everything that the profile looks for can be drawn.
    private var unanswered: [(String, String)] {
        guard job.state == .needsPrompt else { return [] }
        let reason = job.reason?.message ?? "the model was not asked for it"
        return profile?.segments.map { ($0.label, reason) } ?? []
    }

    private func result(_ segment: StoredReceipt.Segment, of receipt: StoredReceipt) -> JobSegment {
        let described = profile?.segments.first { $0.key == segment.trackingID }
        let slices = Dictionary(receipt.series.frames.enumerated().map { ($1, $0) }) { first, _ in first }
        let quality = segment.boxes.map(\.predictedIoU).sorted()
        var listed = JobSegment(
            key: segment.trackingID,
            number: segment.number,
            label: segment.label,
            colour: described?.colour ?? Self.colours[segment.number % Self.colours.count],
            status: .result,
            code: described.map { .init($0.code) },
            trackingUID: SegmentationIdentity.trackingUID(
                studyInstanceUID: job.study.rawValue,
                trackingID: segment.trackingID
            ),
            expectedVolumeML: described?.limits
        )
        listed.volumeML = segment.volumeML
        listed.stability = quality.isEmpty ? nil : Self.median(quality)
        listed.predictedIoU = quality.isEmpty ? nil : quality.reduce(0, +) / Double(quality.count)
        listed.boxes = segment.boxes.compactMap { box in
            guard let corners = box.box, let slice = slices[.init(sop: box.sop, frame: box.frame)] else { return nil }
            return .init(slice: slice, box: corners)
        }
        listed.reasons = receipt.warnings.filter { $0.hasPrefix("VOLUME \(segment.label) has ") }.map { warning in
            .init("VOLUME", String(warning.dropFirst("VOLUME ".count)))
        }
        return listed
    }

    private func absent(_ label: String, reason: String, index: Int) -> JobSegment {
        let described = profile?.segments.first { $0.label == label }
        let key = described?.key ?? "absent-\(index)"
        return JobSegment(
            key: key,
            number: nil,
            label: label,
            colour: described?.colour ?? Self.colours[index % Self.colours.count],
            status: .notFound,
            code: described.map { .init($0.code) },
            trackingUID: described.map {
                SegmentationIdentity.trackingUID(studyInstanceUID: job.study.rawValue, trackingID: $0.key)
            },
            expectedVolumeML: described?.limits,
            reasons: [.init(receipt == nil ? "NEEDS_PROMPT" : "NOT_FOUND", reason)]
        )
    }

    private static func median(_ sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// Segments that corrections which count have beside those, by the keys of their masks.
    static func added(_ segments: [CorrectionSegment], keys: [Int: String], index: Int) -> [JobSegment] {
        segments.compactMap { segment in
            guard segment.status == .added, let number = segment.number, let key = keys[number] else { return nil }
            return JobSegment(
                key: key,
                number: nil,
                label: segment.label,
                colour: colours[(index + number) % colours.count],
                status: .added,
                code: segment.type.map { .init($0) },
                trackingUID: segment.trackingUID,
                expectedVolumeML: nil
            )
        }
    }
}

extension JobProtocol.Segment {
    fileprivate var limits: [Double?]? {
        expectedVolume.low == nil && expectedVolume.high == nil ? nil : [expectedVolume.low, expectedVolume.high]
    }
}
