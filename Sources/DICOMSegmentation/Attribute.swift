import DICOMFiles

/// A data element that is written with text: its tag and its value representation.
struct Attribute: Sendable {
    let tag: DICOMTag
    let vr: TextRepresentation

    init(_ tag: DICOMTag, _ vr: TextRepresentation) {
        self.tag = tag
        self.vr = vr
    }
}

/// The value representations of text that this product writes, with their longest value (PS3.5 section 6.2).
enum TextRepresentation: String, Sendable {
    case codeString = "CS"
    case date = "DA"
    case dateTime = "DT"
    case decimalString = "DS"
    case integerString = "IS"
    case longString = "LO"
    case longText = "LT"
    case personName = "PN"
    case shortString = "SH"
    case shortText = "ST"
    case time = "TM"
    case uniqueIdentifier = "UI"
    case unlimitedCharacters = "UC"
    case unlimitedText = "UT"

    var longest: Int {
        switch self {
        case .codeString, .decimalString, .shortString: 16
        case .date: 8
        case .dateTime: 26
        case .integerString: 12
        case .longString, .personName, .uniqueIdentifier: 64
        case .longText: 10_240
        case .shortText: 1_024
        case .time: 14
        case .unlimitedCharacters, .unlimitedText: 65_536
        }
    }

    /// In these a backslash is a character; in the others it parts values.
    var isSingleText: Bool { self == .longText || self == .shortText || self == .unlimitedText }
}

extension Attribute {
    static let imageType = Attribute(.imageType, .codeString)
    static let instanceCreationDate = Attribute(.instanceCreationDate, .date)
    static let instanceCreationTime = Attribute(.instanceCreationTime, .time)
    static let sopClassUID = Attribute(.sopClassUID, .uniqueIdentifier)
    static let sopInstanceUID = Attribute(.sopInstanceUID, .uniqueIdentifier)
    static let seriesDate = Attribute(.seriesDate, .date)
    static let contentDate = Attribute(.contentDate, .date)
    static let seriesTime = Attribute(.seriesTime, .time)
    static let contentTime = Attribute(.contentTime, .time)
    static let modality = Attribute(.modality, .codeString)
    static let manufacturer = Attribute(.manufacturer, .longString)
    static let codeValue = Attribute(.codeValue, .shortString)
    static let codingSchemeDesignator = Attribute(.codingSchemeDesignator, .shortString)
    static let codeMeaning = Attribute(.codeMeaning, .longString)
    static let longCodeValue = Attribute(.longCodeValue, .unlimitedCharacters)
    static let seriesDescription = Attribute(.seriesDescription, .longString)
    static let manufacturerModelName = Attribute(.manufacturerModelName, .longString)
    static let referencedSOPClassUID = Attribute(.referencedSOPClassUID, .uniqueIdentifier)
    static let referencedSOPInstanceUID = Attribute(.referencedSOPInstanceUID, .uniqueIdentifier)
    static let referencedFrameNumber = Attribute(.referencedFrameNumber, .integerString)
    static let deviceSerialNumber = Attribute(.deviceSerialNumber, .longString)
    static let softwareVersions = Attribute(.softwareVersions, .longString)
    static let sliceThickness = Attribute(.sliceThickness, .decimalString)
    static let spacingBetweenSlices = Attribute(.spacingBetweenSlices, .decimalString)
    static let contributionDateTime = Attribute(.contributionDateTime, .dateTime)
    static let contributionDescription = Attribute(.contributionDescription, .shortText)
    static let seriesInstanceUID = Attribute(.seriesInstanceUID, .uniqueIdentifier)
    static let seriesNumber = Attribute(.seriesNumber, .integerString)
    static let instanceNumber = Attribute(.instanceNumber, .integerString)
    static let imagePositionPatient = Attribute(.imagePositionPatient, .decimalString)
    static let imageOrientationPatient = Attribute(.imageOrientationPatient, .decimalString)
    static let dimensionOrganizationUID = Attribute(.dimensionOrganizationUID, .uniqueIdentifier)
    static let dimensionDescriptionLabel = Attribute(.dimensionDescriptionLabel, .longString)
    static let algorithmSource = Attribute(.algorithmSource, .longString)
    static let numberOfFrames = Attribute(.numberOfFrames, .integerString)
    static let photometricInterpretation = Attribute(.photometricInterpretation, .codeString)
    static let pixelSpacing = Attribute(.pixelSpacing, .decimalString)
    static let burnedInAnnotation = Attribute(.burnedInAnnotation, .codeString)
    static let spatialLocationsPreserved = Attribute(.spatialLocationsPreserved, .codeString)
    static let lossyImageCompression = Attribute(.lossyImageCompression, .codeString)
    static let segmentationType = Attribute(.segmentationType, .codeString)
    static let segmentLabel = Attribute(.segmentLabel, .longString)
    static let segmentDescription = Attribute(.segmentDescription, .shortText)
    static let segmentAlgorithmType = Attribute(.segmentAlgorithmType, .codeString)
    static let segmentAlgorithmName = Attribute(.segmentAlgorithmName, .longString)
    static let segmentsOverlap = Attribute(.segmentsOverlap, .codeString)
    static let trackingID = Attribute(.trackingID, .unlimitedText)
    static let trackingUID = Attribute(.trackingUID, .uniqueIdentifier)
    static let algorithmVersion = Attribute(.algorithmVersion, .longString)
    static let algorithmParameters = Attribute(.algorithmParameters, .longText)
    static let algorithmName = Attribute(.algorithmName, .longString)
    static let contentLabel = Attribute(.contentLabel, .codeString)
    static let contentDescription = Attribute(.contentDescription, .longString)
    static let contentCreatorName = Attribute(.contentCreatorName, .personName)
}
