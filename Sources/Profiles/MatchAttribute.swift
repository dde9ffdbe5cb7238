/// An attribute that a match rule may look at.
///
/// Rules are an allow-list: attributes that identify a patient, a visit or a person (names, identifiers, dates,
/// comments) are not on it, so neither a profile nor an explanation can ever show them. Private attributes are accepted
/// by number, and their values are never shown.
public struct MatchAttribute: Sendable, Hashable {
    /// What an explanation may show of a value.
    public enum Disclosure: Sendable, Hashable {
        /// A code from a fixed vocabulary, or a unique identifier of the standard.
        case coded
        /// A number.
        case number
        /// Text that a site or a technologist wrote: shown to who asks for an explanation, kept out of logs.
        case text
        /// Never shown.
        case hidden
    }

    /// The key of ``SeriesFacts``: the keyword of PS3.6, or 8 upper-case hexadecimal digits for a private attribute.
    public let key: String
    /// Group and element.
    public let tag: UInt32
    /// What an explanation may show of the values.
    public let disclosure: Disclosure

    /// Why a rule cannot use an attribute.
    enum Refusal: Error {
        /// No such attribute is on the list.
        case notListed
        /// It identifies a patient, a visit or a person.
        case identifying
        /// The number is not `gggg,eeee`.
        case malformed
    }

    private init(_ key: String, _ tag: UInt32, _ disclosure: Disclosure) {
        self.key = key
        self.tag = tag
        self.disclosure = disclosure
    }

    /// Looks a keyword of PS3.6 up.
    init(keyword: String) throws(Refusal) {
        guard let listed = Self.byKeyword[keyword] else {
            throw Self.identifyingKeywords.contains(keyword) ? .identifying : .notListed
        }
        self = listed
    }

    /// Looks a tag up that is written `gggg,eeee`.
    init(tag text: String) throws(Refusal) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 4 && $0.allSatisfy(\.isHexDigit) }),
            let group = UInt32(parts[0], radix: 16), let element = UInt32(parts[1], radix: 16)
        else { throw .malformed }
        let tag = group << 16 | element
        if let listed = Self.byTag[tag] {
            self = listed
        } else if group % 2 == 1 {
            self.init(String(parts[0] + parts[1]).uppercased(), tag, .hidden)
        } else {
            // Group 0010 is the patient's; (0008,0050) is the accession number.
            throw group == 0x0010 || tag == 0x0008_0050 ? .identifying : .notListed
        }
    }

    /// Every attribute with a keyword that rules may use, in the order of this file.
    public static let listed: [MatchAttribute] = [
        Self("Modality", 0x0008_0060, .coded),
        Self("Manufacturer", 0x0008_0070, .text),
        Self("ManufacturerModelName", 0x0008_1090, .text),
        Self("InstitutionName", 0x0008_0080, .text),
        Self("StationName", 0x0008_1010, .text),
        Self("SoftwareVersions", 0x0018_1020, .text),
        Self("SOPClassUID", 0x0008_0016, .coded),
        Self("ImageType", 0x0008_0008, .coded),
        Self("FrameType", 0x0008_9007, .coded),
        Self("SeriesType", 0x0054_1000, .coded),
        Self("StudyDescription", 0x0008_1030, .text),
        Self("SeriesDescription", 0x0008_103E, .text),
        Self("ProtocolName", 0x0018_1030, .text),
        Self("RequestedProcedureDescription", 0x0032_1060, .text),
        Self("PerformedProcedureStepDescription", 0x0040_0254, .text),
        Self("AcquisitionDeviceProcessingDescription", 0x0018_1400, .text),
        Self("BodyPartExamined", 0x0018_0015, .coded),
        Self("Laterality", 0x0020_0060, .coded),
        Self("ImageLaterality", 0x0020_0062, .coded),
        Self("PatientPosition", 0x0018_5100, .coded),
        Self("PatientSex", 0x0010_0040, .hidden),
        Self("ViewPosition", 0x0018_5101, .coded),
        Self("ContrastBolusAgent", 0x0018_0010, .text),
        Self("ContrastBolusRoute", 0x0018_1040, .text),
        Self("ScanOptions", 0x0018_0022, .coded),
        Self("KVP", 0x0018_0060, .number),
        Self("SliceThickness", 0x0018_0050, .number),
        Self("SpacingBetweenSlices", 0x0018_0088, .number),
        Self("PixelSpacing", 0x0028_0030, .number),
        Self("Rows", 0x0028_0010, .number),
        Self("Columns", 0x0028_0011, .number),
        Self("NumberOfFrames", 0x0028_0008, .number),
        Self("ImageOrientationPatient", 0x0020_0037, .number),
        Self("SeriesNumber", 0x0020_0011, .number),
        Self("AcquisitionNumber", 0x0020_0012, .number),
        Self("ConvolutionKernel", 0x0018_1210, .text),
        Self("GantryDetectorTilt", 0x0018_1120, .number),
        Self("ReconstructionDiameter", 0x0018_1100, .number),
        Self("DataCollectionDiameter", 0x0018_0090, .number),
        Self("FilterType", 0x0018_1160, .text),
        Self("XRayTubeCurrent", 0x0018_1151, .number),
        Self("ExposureTime", 0x0018_1150, .number),
        Self("ScanningSequence", 0x0018_0020, .coded),
        Self("SequenceVariant", 0x0018_0021, .coded),
        Self("SequenceName", 0x0018_0024, .text),
        Self("PulseSequenceName", 0x0018_9005, .text),
        Self("MRAcquisitionType", 0x0018_0023, .coded),
        Self("AngioFlag", 0x0018_0025, .coded),
        Self("RepetitionTime", 0x0018_0080, .number),
        Self("EchoTime", 0x0018_0081, .number),
        Self("InversionTime", 0x0018_0082, .number),
        Self("FlipAngle", 0x0018_1314, .number),
        Self("MagneticFieldStrength", 0x0018_0087, .number),
        Self("EchoTrainLength", 0x0018_0091, .number),
        Self("ImagedNucleus", 0x0018_0085, .text),
        Self("ReceiveCoilName", 0x0018_1250, .text),
        Self("InPlanePhaseEncodingDirection", 0x0018_1312, .coded),
        Self("AcquisitionContrast", 0x0008_9209, .coded),
        Self("ComplexImageComponent", 0x0008_9208, .coded),
        Self("VolumetricProperties", 0x0008_9206, .coded),
        Self("DiffusionBValue", 0x0018_9087, .number),
        Self("SamplesPerPixel", 0x0028_0002, .number),
        Self("PhotometricInterpretation", 0x0028_0004, .coded),
        Self("BitsAllocated", 0x0028_0100, .number),
        Self("BitsStored", 0x0028_0101, .number),
        Self("PixelRepresentation", 0x0028_0103, .number),
        Self("RescaleSlope", 0x0028_1053, .number),
        Self("RescaleIntercept", 0x0028_1052, .number),
        Self("RescaleType", 0x0028_1054, .text),
        Self("WindowCenter", 0x0028_1050, .number),
        Self("WindowWidth", 0x0028_1051, .number),
        Self("LossyImageCompression", 0x0028_2110, .coded),
        Self("BurnedInAnnotation", 0x0028_0301, .coded),
        Self("Units", 0x0054_1001, .coded),
        Self("CorrectedImage", 0x0028_0051, .coded),
        Self("ReconstructionMethod", 0x0054_1103, .text),
    ]

    private static let byKeyword = Dictionary(uniqueKeysWithValues: listed.map { ($0.key, $0) })
    private static let byTag = Dictionary(uniqueKeysWithValues: listed.map { ($0.tag, $0) })

    /// Only for a better message; whatever is not listed is refused anyway.
    private static let identifyingKeywords: Set<String> = [
        "PatientName", "PatientID", "IssuerOfPatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthDate",
        "PatientBirthTime", "PatientBirthName", "PatientMotherBirthName", "PatientAddress", "PatientAge",
        "PatientComments", "PatientTelephoneNumbers", "PatientWeight", "PatientSize", "AdditionalPatientHistory",
        "EthnicGroup", "Occupation", "MedicalRecordLocator", "MilitaryRank", "AccessionNumber", "AdmissionID",
        "StudyID",
        "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "StudyTime", "SeriesTime", "AcquisitionTime",
        "ContentTime", "ReferringPhysicianName", "PerformingPhysicianName", "NameOfPhysiciansReadingStudy",
        "OperatorsName", "RequestingPhysician", "PhysiciansOfRecord", "ImageComments", "StudyInstanceUID",
        "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID",
    ]
}
