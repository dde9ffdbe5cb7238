/// A code, its scheme and its meaning.
package struct CodeTriplet: Sendable, Hashable, Codable {
    package let value: String
    package let scheme: String
    package let meaning: String

    package init(value: String, scheme: String, meaning: String) {
        self.value = value
        self.scheme = scheme
        self.meaning = meaning
    }
}

/// What a correction says of one segment.
package struct CorrectionSegment: Sendable, Hashable, Codable {
    /// How the segment of the correction compares with the one of the result.
    package enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        /// Pixel for pixel the same.
        case unchanged
        case edited
        /// The result has no such segment.
        case added
        /// It is there without a pixel: the structure is not in the volume.
        case removed
        /// It is not there at all. Nobody can say whether it was looked at, so the result's stays and nothing is learnt of it.
        case missing
    }

    /// How the two segments found each other.
    package enum Match: String, Sendable, Hashable, Codable, CaseIterable {
        case trackingUID = "tracking-uid"
        case code
        /// After a person confirmed it.
        case number
        /// It has no counterpart.
        case none
    }

    /// Segment Number in the correction; `nil` for one that is missing.
    package let number: Int?
    /// Segment Number in the result; `nil` for one that was added.
    package let resultNumber: Int?
    package let label: String
    package let trackingUID: String?
    /// Segmented Property Category.
    package let category: CodeTriplet?
    /// Segmented Property Type.
    package let type: CodeTriplet?
    /// Segmented Property Type Modifiers, laterality for one.
    package let modifiers: [CodeTriplet]
    package let status: Status
    package let match: Match
    /// Of the correction with the result, 0 to 1; `nil` where there is nothing to compare, 1 where both are empty.
    package let dice: Double?
    /// Voxels that are in one of the two and not in the other.
    package let changedVoxels: Int?
    /// Over the pixels on the volume's frames: equal masks have equal digests. `nil` for one that is missing.
    package let maskDigest: ContentDigest?

    /// Collects what is known of a segment.
    package init(
        numbers: (correction: Int?, result: Int?),
        label: String,
        trackingUID: String? = nil,
        codes: (category: CodeTriplet?, type: CodeTriplet?, modifiers: [CodeTriplet]) = (nil, nil, []),
        status: Status,
        match: Match,
        comparison: (dice: Double?, changedVoxels: Int?) = (nil, nil),
        maskDigest: ContentDigest? = nil
    ) {
        number = numbers.correction
        resultNumber = numbers.result
        self.label = label
        self.trackingUID = trackingUID
        category = codes.category
        type = codes.type
        modifiers = codes.modifiers
        self.status = status
        self.match = match
        dice = comparison.dice
        changedVoxels = comparison.changedVoxels
        self.maskDigest = maskDigest
    }

    /// What the segment is, so that segments of two corrections of one job can be compared.
    package var structure: String {
        if let resultNumber { return "result \(resultNumber)" }
        let codes = ([type] + modifiers).map { $0.map { "\($0.scheme) \($0.value)" } ?? "" }
        return "added " + codes.joined(separator: " ")
    }
}

extension Correction {
    /// Whether two corrections of one job come to the same masks.
    package func agrees(with other: Correction) -> Bool { masks == other.masks && intent == other.intent }

    private var masks: [String: Set<ContentDigest?>] {
        Dictionary(grouping: segments, by: \.structure).mapValues { Set($0.map(\.maskDigest)) }
    }

    /// Whether the corrections that count contradict each other, so that a person has to choose.
    package static func conflict(among corrections: [Correction]) -> Bool {
        let current = corrections.filter { $0.state == .current && $0.intent == .correct }
        guard let first = current.first else { return false }
        return !current.allSatisfy { $0.agrees(with: first) }
    }
}
