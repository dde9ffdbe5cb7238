/// A data element that is written with text: its tag, its value representation, and its name for error messages.
struct Attribute: Sendable {
    /// Group << 16 | element.
    let tag: UInt32
    let vr: TextRepresentation
    let name: String

    init(_ tag: UInt32, _ vr: TextRepresentation, _ name: String) {
        self.tag = tag
        self.vr = vr
        self.name = name
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
    static let imageType = Attribute(0x0008_0008, .codeString, "ImageType")
    static let instanceCreationDate = Attribute(0x0008_0012, .date, "InstanceCreationDate")
    static let instanceCreationTime = Attribute(0x0008_0013, .time, "InstanceCreationTime")
    static let sopClassUID = Attribute(0x0008_0016, .uniqueIdentifier, "SOPClassUID")
    static let sopInstanceUID = Attribute(0x0008_0018, .uniqueIdentifier, "SOPInstanceUID")
    static let seriesDate = Attribute(0x0008_0021, .date, "SeriesDate")
    static let contentDate = Attribute(0x0008_0023, .date, "ContentDate")
    static let seriesTime = Attribute(0x0008_0031, .time, "SeriesTime")
    static let contentTime = Attribute(0x0008_0033, .time, "ContentTime")
    static let modality = Attribute(0x0008_0060, .codeString, "Modality")
    static let manufacturer = Attribute(0x0008_0070, .longString, "Manufacturer")
    static let codeValue = Attribute(0x0008_0100, .shortString, "CodeValue")
    static let codingSchemeDesignator = Attribute(0x0008_0102, .shortString, "CodingSchemeDesignator")
    static let codeMeaning = Attribute(0x0008_0104, .longString, "CodeMeaning")
    static let longCodeValue = Attribute(0x0008_0119, .unlimitedCharacters, "LongCodeValue")
    static let seriesDescription = Attribute(0x0008_103E, .longString, "SeriesDescription")
    static let manufacturerModelName = Attribute(0x0008_1090, .longString, "ManufacturerModelName")
    static let referencedSOPClassUID = Attribute(0x0008_1150, .uniqueIdentifier, "ReferencedSOPClassUID")
    static let referencedSOPInstanceUID = Attribute(0x0008_1155, .uniqueIdentifier, "ReferencedSOPInstanceUID")
    static let referencedFrameNumber = Attribute(0x0008_1160, .integerString, "ReferencedFrameNumber")
    static let deviceSerialNumber = Attribute(0x0018_1000, .longString, "DeviceSerialNumber")
    static let softwareVersions = Attribute(0x0018_1020, .longString, "SoftwareVersions")
    static let sliceThickness = Attribute(0x0018_0050, .decimalString, "SliceThickness")
    static let spacingBetweenSlices = Attribute(0x0018_0088, .decimalString, "SpacingBetweenSlices")
    static let contributionDateTime = Attribute(0x0018_A002, .dateTime, "ContributionDateTime")
    static let contributionDescription = Attribute(0x0018_A003, .shortText, "ContributionDescription")
    static let seriesInstanceUID = Attribute(0x0020_000E, .uniqueIdentifier, "SeriesInstanceUID")
    static let seriesNumber = Attribute(0x0020_0011, .integerString, "SeriesNumber")
    static let instanceNumber = Attribute(0x0020_0013, .integerString, "InstanceNumber")
    static let imagePositionPatient = Attribute(0x0020_0032, .decimalString, "ImagePositionPatient")
    static let imageOrientationPatient = Attribute(0x0020_0037, .decimalString, "ImageOrientationPatient")
    static let dimensionOrganizationUID = Attribute(0x0020_9164, .uniqueIdentifier, "DimensionOrganizationUID")
    static let dimensionDescriptionLabel = Attribute(0x0020_9421, .longString, "DimensionDescriptionLabel")
    static let algorithmSource = Attribute(0x0024_0202, .longString, "AlgorithmSource")
    static let numberOfFrames = Attribute(0x0028_0008, .integerString, "NumberOfFrames")
    static let photometricInterpretation = Attribute(0x0028_0004, .codeString, "PhotometricInterpretation")
    static let pixelSpacing = Attribute(0x0028_0030, .decimalString, "PixelSpacing")
    static let burnedInAnnotation = Attribute(0x0028_0301, .codeString, "BurnedInAnnotation")
    static let spatialLocationsPreserved = Attribute(0x0028_135A, .codeString, "SpatialLocationsPreserved")
    static let lossyImageCompression = Attribute(0x0028_2110, .codeString, "LossyImageCompression")
    static let segmentationType = Attribute(0x0062_0001, .codeString, "SegmentationType")
    static let segmentLabel = Attribute(0x0062_0005, .longString, "SegmentLabel")
    static let segmentDescription = Attribute(0x0062_0006, .shortText, "SegmentDescription")
    static let segmentAlgorithmType = Attribute(0x0062_0008, .codeString, "SegmentAlgorithmType")
    static let segmentAlgorithmName = Attribute(0x0062_0009, .longString, "SegmentAlgorithmName")
    static let segmentsOverlap = Attribute(0x0062_0013, .codeString, "SegmentsOverlap")
    static let trackingID = Attribute(0x0062_0020, .unlimitedText, "TrackingID")
    static let trackingUID = Attribute(0x0062_0021, .uniqueIdentifier, "TrackingUID")
    static let algorithmVersion = Attribute(0x0066_0031, .longString, "AlgorithmVersion")
    static let algorithmParameters = Attribute(0x0066_0032, .longText, "AlgorithmParameters")
    static let algorithmName = Attribute(0x0066_0036, .longString, "AlgorithmName")
    static let contentLabel = Attribute(0x0070_0080, .codeString, "ContentLabel")
    static let contentDescription = Attribute(0x0070_0081, .longString, "ContentDescription")
    static let contentCreatorName = Attribute(0x0070_0084, .personName, "ContentCreatorName")
}

/// The tags of what is not text.
enum Tag {
    static let samplesPerPixel: UInt32 = 0x0028_0002
    static let rows: UInt32 = 0x0028_0010
    static let columns: UInt32 = 0x0028_0011
    static let bitsAllocated: UInt32 = 0x0028_0100
    static let bitsStored: UInt32 = 0x0028_0101
    static let highBit: UInt32 = 0x0028_0102
    static let pixelRepresentation: UInt32 = 0x0028_0103
    static let segmentNumber: UInt32 = 0x0062_0004
    static let referencedSegmentNumber: UInt32 = 0x0062_000B
    static let recommendedDisplayCIELabValue: UInt32 = 0x0062_000D
    static let dimensionIndexValues: UInt32 = 0x0020_9157
    static let dimensionIndexPointer: UInt32 = 0x0020_9165
    static let functionalGroupPointer: UInt32 = 0x0020_9167

    static let referencedSeriesSequence: UInt32 = 0x0008_1115
    static let referencedInstanceSequence: UInt32 = 0x0008_114A
    static let sourceImageSequence: UInt32 = 0x0008_2112
    static let anatomicRegionSequence: UInt32 = 0x0008_2218
    static let anatomicRegionModifierSequence: UInt32 = 0x0008_2220
    static let derivationImageSequence: UInt32 = 0x0008_9124
    static let derivationCodeSequence: UInt32 = 0x0008_9215
    static let contributingEquipmentSequence: UInt32 = 0x0018_A001
    static let frameContentSequence: UInt32 = 0x0020_9111
    static let planePositionSequence: UInt32 = 0x0020_9113
    static let planeOrientationSequence: UInt32 = 0x0020_9116
    static let dimensionOrganizationSequence: UInt32 = 0x0020_9221
    static let dimensionIndexSequence: UInt32 = 0x0020_9222
    static let pixelMeasuresSequence: UInt32 = 0x0028_9110
    static let purposeOfReferenceCodeSequence: UInt32 = 0x0040_A170
    static let segmentSequence: UInt32 = 0x0062_0002
    static let segmentedPropertyCategoryCodeSequence: UInt32 = 0x0062_0003
    static let segmentationAlgorithmIdentificationSequence: UInt32 = 0x0062_0007
    static let segmentIdentificationSequence: UInt32 = 0x0062_000A
    static let segmentedPropertyTypeCodeSequence: UInt32 = 0x0062_000F
    static let segmentedPropertyTypeModifierCodeSequence: UInt32 = 0x0062_0011
    static let algorithmFamilyCodeSequence: UInt32 = 0x0066_002F
    static let sharedFunctionalGroupsSequence: UInt32 = 0x5200_9229
    static let perFrameFunctionalGroupsSequence: UInt32 = 0x5200_9230
}
