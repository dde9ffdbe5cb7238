import DICOMSegmentation
import Ledger

extension SegmentMatching {
    /// What the correction says of each segment, in the order of its segments, those that are missing last.
    func segments(_ comparison: SegmentationComparison) -> [CorrectionSegment] {
        let pixels = Dictionary(comparison.segments.map { ($0.number, $0) }) { first, _ in first }
        let overlaps = Dictionary(comparison.overlaps.map { ($0.pair.number, $0) }) { first, _ in first }
        let paired = pairs.map { pair in
            finding(pair, pixels[pair.segment.number], overlaps[pair.segment.number])
        }
        let added = added.map { segment in
            // Empty here and not in the result: both say that there is none.
            let found = pixels[segment.number]
            return CorrectionSegment(
                numbers: (segment.number, nil),
                segment,
                status: found?.voxels ?? 0 > 0 ? .added : .unchanged,
                match: .none,
                comparison: (nil, found?.voxels),
                maskDigest: found.flatMap { ContentDigest(hex: $0.digest) }
            )
        }
        let missing = missing.map { segment in
            CorrectionSegment(numbers: (nil, segment.number), segment, status: .missing, match: .none)
        }
        return (paired + added).sorted { $0.number ?? 0 < $1.number ?? 0 } + missing
    }

    private func finding(
        _ pair: Pair,
        _ pixels: SegmentationComparison.Pixels?,
        _ overlap: SegmentationComparison.Overlap?
    ) -> CorrectionSegment {
        let voxels = pixels?.voxels ?? 0
        let result = overlap?.resultVoxels ?? 0
        let common = overlap?.common ?? 0
        let changed = voxels + result - 2 * common
        return CorrectionSegment(
            numbers: (pair.segment.number, pair.result.number),
            pair.segment,
            status: changed == 0 ? .unchanged : voxels == 0 ? .removed : .edited,
            match: pair.match,
            comparison: (voxels + result == 0 ? 1 : 2 * Double(common) / Double(voxels + result), changed),
            maskDigest: pixels.flatMap { ContentDigest(hex: $0.digest) }
        )
    }
}

extension CorrectionSegment {
    fileprivate init(
        numbers: (correction: Int?, result: Int?),
        _ segment: DescribedSegmentation.Segment,
        status: Status,
        match: Match,
        comparison: (dice: Double?, changedVoxels: Int?) = (nil, nil),
        maskDigest: ContentDigest? = nil
    ) {
        self.init(
            numbers: numbers,
            label: segment.label,
            trackingUID: segment.trackingUID,
            codes: (
                segment.category.map(CodeTriplet.init), segment.type.map(CodeTriplet.init),
                segment.modifiers.map(CodeTriplet.init)
            ),
            status: status,
            match: match,
            comparison: comparison,
            maskDigest: maskDigest
        )
    }
}

extension CodeTriplet {
    init(_ concept: CodedConcept) {
        self.init(value: concept.value, scheme: concept.scheme, meaning: concept.meaning)
    }
}
