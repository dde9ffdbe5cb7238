/// A concept of a coding scheme: the Code Sequence macro (PS3.3 section 8.8).
public struct CodedConcept: Sendable, Hashable, Codable {
    /// Code Value, for example `10200004`. Up to 16 characters go to Code Value, longer ones to Long Code Value.
    public let value: String
    /// Coding Scheme Designator, for example `SCT` or `DCM`; at most 16 characters.
    public let scheme: String
    /// Code Meaning in plain ASCII, for example `Liver`; at most 64 characters.
    public let meaning: String

    /// A concept from its parts.
    public init(value: String, scheme: String, meaning: String) {
        self.value = value
        self.scheme = scheme
        self.meaning = meaning
    }

    /// (123037004, SCT, "Anatomical Structure"): the category of organs and other normal anatomy.
    public static let anatomicalStructure = CodedConcept(
        value: "123037004",
        scheme: "SCT",
        meaning: "Anatomical Structure"
    )

    /// (49755003, SCT, "Morphologically Altered Structure"): the category of lesions.
    public static let morphologicallyAlteredStructure = CodedConcept(
        value: "49755003",
        scheme: "SCT",
        meaning: "Morphologically Altered Structure"
    )

    /// (123110, DCM, "Artificial Intelligence"): the family of the algorithms that this product runs.
    public static let artificialIntelligence = CodedConcept(
        value: "123110",
        scheme: "DCM",
        meaning: "Artificial Intelligence"
    )

    static let segmentation = CodedConcept(value: "113076", scheme: "DCM", meaning: "Segmentation")

    static let sourceImageForProcessing = CodedConcept(
        value: "121322",
        scheme: "DCM",
        meaning: "Source image for image processing operation"
    )

    static let acquisitionEquipment = CodedConcept(value: "109101", scheme: "DCM", meaning: "Acquisition Equipment")
    static let processingEquipment = CodedConcept(value: "109102", scheme: "DCM", meaning: "Processing Equipment")

    /// Whether the scheme was retired in favour of SCT; validators warn about SRT and its kin.
    public var hasRetiredScheme: Bool { ["SRT", "SNM3", "99SDM"].contains(scheme) }
}
