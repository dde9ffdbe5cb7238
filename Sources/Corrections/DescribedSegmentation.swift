import DICOMSegmentation

/// What a segmentation says of itself, without its pixels: what the parent process learns of a file that it does not
/// read itself.
package struct DescribedSegmentation: Sendable, Hashable, Codable {
    /// An item of its Segment Sequence.
    package struct Segment: Sendable, Hashable, Codable {
        package let number: Int
        package let label: String
        package let trackingUID: String?
        package let category: CodedConcept?
        package let type: CodedConcept?
        package let modifiers: [CodedConcept]

        package init(
            number: Int,
            label: String,
            trackingUID: String? = nil,
            category: CodedConcept? = .anatomicalStructure,
            type: CodedConcept? = nil,
            modifiers: [CodedConcept] = []
        ) {
            self.number = number
            self.label = label
            self.trackingUID = trackingUID
            self.category = category
            self.type = type
            self.modifiers = modifiers
        }
    }

    package let sopInstanceUID: String
    package let studyInstanceUID: String
    package let isFractional: Bool
    package let segments: [Segment]
    /// The instances that its frames name as their sources.
    package let frameReferences: [String]
    /// The series that Referenced Series Sequence lists, with their instances.
    package let referencedSeries: [String: [String]]
    /// Instances that are named elsewhere as what it was made from.
    package let predecessors: [String]
    package let contentCreator: String?
    package let reviewer: String?
    package let operators: String?
    package let contentDate: String?
    package let contentTime: String?
}
