/// The item of Segment Sequence that says what a segment is (PS3.3 section C.8.20.4). Every text is plain ASCII.
public struct SegmentDescription: Sendable, Hashable {
    /// Segment Label, 1 to 64 characters.
    public var label: String
    /// Segment Description, at most 1,024 characters.
    public var details: String?
    /// Segmented Property Category, from CID 7150.
    public var category: CodedConcept
    /// Segmented Property Type.
    public var type: CodedConcept
    /// Segmented Property Type Modifier, for example the side.
    public var typeModifiers: [CodedConcept]
    /// Anatomic Region, where it says more than the type.
    public var anatomicRegion: CodedConcept?
    /// Anatomic Region Modifier; only with a region.
    public var anatomicRegionModifiers: [CodedConcept]
    /// Who or what drew the segment.
    public var algorithm: SegmentAlgorithm
    /// Written as Recommended Display CIELab Value.
    public var color: SRGBColor
    /// Tracking ID: the name of the structure, the same in every segmentation of a study; unique in a request.
    public var trackingID: String
    /// Tracking UID, or `nil` to derive it from the study and ``trackingID``.
    public var trackingUID: String?

    /// A description from its parts.
    public init(
        label: String,
        category: CodedConcept,
        type: CodedConcept,
        algorithm: SegmentAlgorithm,
        color: SRGBColor,
        trackingID: String,
        trackingUID: String? = nil,
        details: String? = nil,
        typeModifiers: [CodedConcept] = [],
        anatomicRegion: CodedConcept? = nil,
        anatomicRegionModifiers: [CodedConcept] = []
    ) {
        self.label = label
        self.category = category
        self.type = type
        self.algorithm = algorithm
        self.color = color
        self.trackingID = trackingID
        self.trackingUID = trackingUID
        self.details = details
        self.typeModifiers = typeModifiers
        self.anatomicRegion = anatomicRegion
        self.anatomicRegionModifiers = anatomicRegionModifiers
    }
}
