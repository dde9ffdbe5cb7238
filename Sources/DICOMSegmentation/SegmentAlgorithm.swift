/// Who or what drew a segment: Segment Algorithm Type and what belongs to it.
public enum SegmentAlgorithm: Sendable, Hashable {
    /// The model and its prompts, without a person.
    case automatic(AlgorithmIdentification)
    /// A person moved the box or edited the mask.
    case semiautomatic(AlgorithmIdentification)
    /// A person drew the segment.
    case manual

    /// The defined term of Segment Algorithm Type (0062,0008).
    public var type: String {
        switch self {
        case .automatic: "AUTOMATIC"
        case .semiautomatic: "SEMIAUTOMATIC"
        case .manual: "MANUAL"
        }
    }

    /// What ran; `nil` for a segment that a person drew.
    public var identification: AlgorithmIdentification? {
        switch self {
        case .automatic(let identification), .semiautomatic(let identification): identification
        case .manual: nil
        }
    }
}

/// The Algorithm Identification macro (PS3.3 section 10.16). Every text is plain ASCII.
public struct AlgorithmIdentification: Sendable, Hashable {
    /// At most 64 characters; also written as Segment Algorithm Name.
    public var name: String
    /// At most 64 characters.
    public var version: String
    /// Algorithm Family, from CID 7162.
    public var family: CodedConcept
    /// Prompt, threshold and whatever else is particular to this segment, at most 8,000 characters; profile and model
    /// are written in front of it.
    public var parameters: String?

    /// An identification from its parts.
    public init(
        name: String,
        version: String,
        family: CodedConcept = .artificialIntelligence,
        parameters: String? = nil
    ) {
        self.name = name
        self.version = version
        self.family = family
        self.parameters = parameters
    }
}
