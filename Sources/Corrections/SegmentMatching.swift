import DICOMSegmentation
import Ledger

/// Which segments of a correction are which of the result.
struct SegmentMatching: Sendable {
    typealias Segment = DescribedSegmentation.Segment

    /// Two segments that are the same structure.
    struct Pair: Sendable, Hashable {
        let segment: Segment
        let result: Segment
        let match: CorrectionSegment.Match
    }

    /// In the order of the correction.
    private(set) var pairs: [Pair] = []
    /// Segments of the correction that the result does not have.
    private(set) var added: [Segment] = []
    /// Segments of the result that the correction does not have.
    private(set) var missing: [Segment] = []
    /// Why the matching is not certain; without patient data.
    private(set) var problem: String?

    /// Matches by Tracking UID, then by coded type with its modifiers, then, after a person confirmed it, by number.
    init(_ segments: [Segment], with result: [Segment], byNumber: Bool) {
        var open = segments
        var wanted = result
        func take(_ segment: Segment, _ counterpart: Segment, _ match: CorrectionSegment.Match) {
            pairs.append(Pair(segment: segment, result: counterpart, match: match))
            open.removeAll { $0.number == segment.number }
            wanted.removeAll { $0.number == counterpart.number }
        }
        for segment in segments {
            guard let uid = segment.trackingUID, let ours = result.first(where: { $0.trackingUID == uid }) else { continue }
            if segments.filter({ $0.trackingUID == uid }).count > 1 {
                problem = problem ?? "two segments have the Tracking UID of segment \(ours.number) of the result"
            } else if Self.contradicts(segment, ours) {
                problem = problem ?? "segment \(segment.number) has the Tracking UID of another structure"
            } else {
                take(segment, ours, .trackingUID)
            }
        }
        for segment in open where segment.isCoded {
            let theirs = open.filter { $0.hasCode(of: segment) }
            let ours = wanted.filter { $0.hasCode(of: segment) }
            if theirs.count == 1, ours.count == 1 { take(segment, ours[0], .code) }
        }
        for segment in open where byNumber {
            guard let ours = wanted.first(where: { $0.number == segment.number }) else { continue }
            if !segment.isCoded || segment.type?.value == ours.type?.value { take(segment, ours, .number) }
        }
        for segment in open {
            let isAmbiguous = wanted.contains { $0.sharesType(with: segment) }
            if segment.isCoded, !isAmbiguous {
                added.append(segment)
            } else if problem == nil {
                problem = isAmbiguous && segment.isCoded
                    ? "segment \(segment.number) could be several structures"
                    : "segment \(segment.number) has neither a known Tracking UID nor a valid code"
            }
        }
        if pairs.isEmpty, !result.isEmpty, problem == nil { problem = "none of its segments is one of the result's" }
        missing = wanted
        pairs.sort { $0.segment.number < $1.segment.number }
    }

    /// Whether a segment with our Tracking UID says that it is something else.
    private static func contradicts(_ segment: Segment, _ ours: Segment) -> Bool {
        guard segment.isCoded, let type = segment.type, let other = ours.type else { return false }
        if type.value != other.value || type.scheme != other.scheme { return true }
        return !segment.modifiers.isEmpty && segment.modifierKeys != ours.modifierKeys
    }
}

extension DescribedSegmentation.Segment {
    /// Codes of retired schemes name structures too, but cannot be compared with ours.
    var isCoded: Bool { type.map { !$0.hasRetiredScheme && !$0.value.isEmpty } ?? false }

    var modifierKeys: Set<String> { Set(modifiers.map { "\($0.scheme) \($0.value)" }) }

    func sharesType(with other: Self) -> Bool {
        guard let type, let others = other.type else { return false }
        return type.value == others.value && type.scheme == others.scheme
    }

    func hasCode(of other: Self) -> Bool { sharesType(with: other) && modifierKeys == other.modifierKeys }
}
