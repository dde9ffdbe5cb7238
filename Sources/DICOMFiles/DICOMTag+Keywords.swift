/// The attributes that this package reads or writes, by their keywords in PS3.6.
extension DICOMTag {
    // MARK: - Identification

    /// Specific Character Set (CS).
    public static let specificCharacterSet = DICOMTag(0x0008, 0x0005)
    /// Image Type (CS).
    public static let imageType = DICOMTag(0x0008, 0x0008)
    /// SOP Class UID (UI).
    public static let sopClassUID = DICOMTag(0x0008, 0x0016)
    /// SOP Instance UID (UI).
    public static let sopInstanceUID = DICOMTag(0x0008, 0x0018)
    /// Study Date (DA).
    public static let studyDate = DICOMTag(0x0008, 0x0020)
    /// Series Date (DA).
    public static let seriesDate = DICOMTag(0x0008, 0x0021)
    /// Acquisition Date (DA).
    public static let acquisitionDate = DICOMTag(0x0008, 0x0022)
    /// Content Date (DA).
    public static let contentDate = DICOMTag(0x0008, 0x0023)
    /// Study Time (TM).
    public static let studyTime = DICOMTag(0x0008, 0x0030)
    /// Series Time (TM).
    public static let seriesTime = DICOMTag(0x0008, 0x0031)
    /// Acquisition Time (TM).
    public static let acquisitionTime = DICOMTag(0x0008, 0x0032)
    /// Content Time (TM).
    public static let contentTime = DICOMTag(0x0008, 0x0033)
    /// Accession Number (SH).
    public static let accessionNumber = DICOMTag(0x0008, 0x0050)
    /// Modality (CS).
    public static let modality = DICOMTag(0x0008, 0x0060)
    /// Manufacturer (LO).
    public static let manufacturer = DICOMTag(0x0008, 0x0070)
    /// Institution Name (LO).
    public static let institutionName = DICOMTag(0x0008, 0x0080)
    /// Referring Physician's Name (PN).
    public static let referringPhysicianName = DICOMTag(0x0008, 0x0090)
    /// Study Description (LO).
    public static let studyDescription = DICOMTag(0x0008, 0x1030)
    /// Series Description (LO).
    public static let seriesDescription = DICOMTag(0x0008, 0x103E)
    /// Manufacturer's Model Name (LO).
    public static let manufacturerModelName = DICOMTag(0x0008, 0x1090)
    /// Timezone Offset From UTC (SH).
    public static let timezoneOffsetFromUTC = DICOMTag(0x0008, 0x0201)

    // MARK: - Patient

    /// Patient's Name (PN).
    public static let patientName = DICOMTag(0x0010, 0x0010)
    /// Patient ID (LO).
    public static let patientID = DICOMTag(0x0010, 0x0020)
    /// Issuer of Patient ID (LO).
    public static let issuerOfPatientID = DICOMTag(0x0010, 0x0021)
    /// Patient's Birth Date (DA).
    public static let patientBirthDate = DICOMTag(0x0010, 0x0030)
    /// Patient's Sex (CS).
    public static let patientSex = DICOMTag(0x0010, 0x0040)
    /// Patient's Age (AS).
    public static let patientAge = DICOMTag(0x0010, 0x1010)
    /// Patient's Size (DS).
    public static let patientSize = DICOMTag(0x0010, 0x1020)
    /// Patient's Weight (DS).
    public static let patientWeight = DICOMTag(0x0010, 0x1030)

    // MARK: - Acquisition

    /// Body Part Examined (CS).
    public static let bodyPartExamined = DICOMTag(0x0018, 0x0015)
    /// Scanning Sequence (CS).
    public static let scanningSequence = DICOMTag(0x0018, 0x0020)
    /// Sequence Variant (CS).
    public static let sequenceVariant = DICOMTag(0x0018, 0x0021)
    /// Scan Options (CS).
    public static let scanOptions = DICOMTag(0x0018, 0x0022)
    /// MR Acquisition Type (CS).
    public static let mrAcquisitionType = DICOMTag(0x0018, 0x0023)
    /// Slice Thickness (DS).
    public static let sliceThickness = DICOMTag(0x0018, 0x0050)
    /// KVP (DS).
    public static let kvp = DICOMTag(0x0018, 0x0060)
    /// Repetition Time (DS).
    public static let repetitionTime = DICOMTag(0x0018, 0x0080)
    /// Echo Time (DS).
    public static let echoTime = DICOMTag(0x0018, 0x0081)
    /// Inversion Time (DS).
    public static let inversionTime = DICOMTag(0x0018, 0x0082)
    /// Trigger Time (DS).
    public static let triggerTime = DICOMTag(0x0018, 0x1060)
    /// Spacing Between Slices (DS).
    public static let spacingBetweenSlices = DICOMTag(0x0018, 0x0088)
    /// Device Serial Number (LO).
    public static let deviceSerialNumber = DICOMTag(0x0018, 0x1000)
    /// Software Versions (LO).
    public static let softwareVersions = DICOMTag(0x0018, 0x1020)
    /// Protocol Name (LO).
    public static let protocolName = DICOMTag(0x0018, 0x1030)
    /// Gantry/Detector Tilt (DS).
    public static let gantryDetectorTilt = DICOMTag(0x0018, 0x1120)
    /// Convolution Kernel (SH).
    public static let convolutionKernel = DICOMTag(0x0018, 0x1210)
    /// Patient Position (CS).
    public static let patientPosition = DICOMTag(0x0018, 0x5100)
    /// Flip Angle (DS).
    public static let flipAngle = DICOMTag(0x0018, 0x1314)
    /// Diffusion b-value (FD).
    public static let diffusionBValue = DICOMTag(0x0018, 0x9087)
    /// Effective Echo Time (FD).
    public static let effectiveEchoTime = DICOMTag(0x0018, 0x9082)

    // MARK: - Relationship

    /// Study Instance UID (UI).
    public static let studyInstanceUID = DICOMTag(0x0020, 0x000D)
    /// Series Instance UID (UI).
    public static let seriesInstanceUID = DICOMTag(0x0020, 0x000E)
    /// Study ID (SH).
    public static let studyID = DICOMTag(0x0020, 0x0010)
    /// Series Number (IS).
    public static let seriesNumber = DICOMTag(0x0020, 0x0011)
    /// Acquisition Number (IS).
    public static let acquisitionNumber = DICOMTag(0x0020, 0x0012)
    /// Instance Number (IS).
    public static let instanceNumber = DICOMTag(0x0020, 0x0013)
    /// Image Position (Patient) (DS).
    public static let imagePositionPatient = DICOMTag(0x0020, 0x0032)
    /// Image Orientation (Patient) (DS).
    public static let imageOrientationPatient = DICOMTag(0x0020, 0x0037)
    /// Frame of Reference UID (UI).
    public static let frameOfReferenceUID = DICOMTag(0x0020, 0x0052)
    /// Laterality (CS).
    public static let laterality = DICOMTag(0x0020, 0x0060)
    /// Temporal Position Identifier (IS).
    public static let temporalPositionIdentifier = DICOMTag(0x0020, 0x0100)
    /// Position Reference Indicator (LO).
    public static let positionReferenceIndicator = DICOMTag(0x0020, 0x1040)
    /// Temporal Position Index (UL).
    public static let temporalPositionIndex = DICOMTag(0x0020, 0x9128)
    /// Stack ID (SH).
    public static let stackID = DICOMTag(0x0020, 0x9056)
    /// In-Stack Position Number (UL).
    public static let inStackPositionNumber = DICOMTag(0x0020, 0x9057)
    /// Nominal Cardiac Trigger Delay Time (FD).
    public static let nominalCardiacTriggerDelayTime = DICOMTag(0x0020, 0x9153)

    // MARK: - Pixels

    /// Samples per Pixel (US).
    public static let samplesPerPixel = DICOMTag(0x0028, 0x0002)
    /// Photometric Interpretation (CS).
    public static let photometricInterpretation = DICOMTag(0x0028, 0x0004)
    /// Planar Configuration (US).
    public static let planarConfiguration = DICOMTag(0x0028, 0x0006)
    /// Number of Frames (IS).
    public static let numberOfFrames = DICOMTag(0x0028, 0x0008)
    /// Rows (US).
    public static let rows = DICOMTag(0x0028, 0x0010)
    /// Columns (US).
    public static let columns = DICOMTag(0x0028, 0x0011)
    /// Pixel Spacing (DS).
    public static let pixelSpacing = DICOMTag(0x0028, 0x0030)
    /// Bits Allocated (US).
    public static let bitsAllocated = DICOMTag(0x0028, 0x0100)
    /// Bits Stored (US).
    public static let bitsStored = DICOMTag(0x0028, 0x0101)
    /// High Bit (US).
    public static let highBit = DICOMTag(0x0028, 0x0102)
    /// Pixel Representation (US).
    public static let pixelRepresentation = DICOMTag(0x0028, 0x0103)
    /// Burned In Annotation (CS).
    public static let burnedInAnnotation = DICOMTag(0x0028, 0x0301)
    /// Pixel Padding Value (US or SS).
    public static let pixelPaddingValue = DICOMTag(0x0028, 0x0120)
    /// Window Center (DS).
    public static let windowCenter = DICOMTag(0x0028, 0x1050)
    /// Window Width (DS).
    public static let windowWidth = DICOMTag(0x0028, 0x1051)
    /// Rescale Intercept (DS).
    public static let rescaleIntercept = DICOMTag(0x0028, 0x1052)
    /// Rescale Slope (DS).
    public static let rescaleSlope = DICOMTag(0x0028, 0x1053)
    /// Rescale Type (LO).
    public static let rescaleType = DICOMTag(0x0028, 0x1054)
    /// Lossy Image Compression (CS).
    public static let lossyImageCompression = DICOMTag(0x0028, 0x2110)
    /// Lossy Image Compression Ratio (DS).
    public static let lossyImageCompressionRatio = DICOMTag(0x0028, 0x2112)
    /// Lossy Image Compression Method (CS).
    public static let lossyImageCompressionMethod = DICOMTag(0x0028, 0x2114)
    /// Modality LUT Sequence (SQ).
    public static let modalityLUTSequence = DICOMTag(0x0028, 0x3000)
    /// Pixel Data (OB or OW).
    public static let pixelData = DICOMTag(0x7FE0, 0x0010)

    // MARK: - Functional groups

    /// Shared Functional Groups Sequence (SQ).
    public static let sharedFunctionalGroupsSequence = DICOMTag(0x5200, 0x9229)
    /// Per-Frame Functional Groups Sequence (SQ).
    public static let perFrameFunctionalGroupsSequence = DICOMTag(0x5200, 0x9230)
    /// Frame Content Sequence (SQ).
    public static let frameContentSequence = DICOMTag(0x0020, 0x9111)
    /// Plane Position Sequence (SQ).
    public static let planePositionSequence = DICOMTag(0x0020, 0x9113)
    /// Plane Orientation Sequence (SQ).
    public static let planeOrientationSequence = DICOMTag(0x0020, 0x9116)
    /// Pixel Measures Sequence (SQ).
    public static let pixelMeasuresSequence = DICOMTag(0x0028, 0x9110)
    /// Pixel Value Transformation Sequence (SQ).
    public static let pixelValueTransformationSequence = DICOMTag(0x0028, 0x9145)
    /// Dimension Index Values (UL).
    public static let dimensionIndexValues = DICOMTag(0x0020, 0x9157)
    /// Dimension Index Sequence (SQ).
    public static let dimensionIndexSequence = DICOMTag(0x0020, 0x9222)
    /// Dimension Organization Sequence (SQ).
    public static let dimensionOrganizationSequence = DICOMTag(0x0020, 0x9221)
    /// Dimension Organization UID (UI).
    public static let dimensionOrganizationUID = DICOMTag(0x0020, 0x9164)
    /// MR Echo Sequence (SQ).
    public static let mrEchoSequence = DICOMTag(0x0018, 0x9114)
    /// MR Diffusion Sequence (SQ).
    public static let mrDiffusionSequence = DICOMTag(0x0018, 0x9117)
    /// Cardiac Synchronization Sequence (SQ).
    public static let cardiacSynchronizationSequence = DICOMTag(0x0018, 0x9118)

    // MARK: - Segmentation and references

    /// Segmentation Type (CS).
    public static let segmentationType = DICOMTag(0x0062, 0x0001)
    /// Segment Sequence (SQ).
    public static let segmentSequence = DICOMTag(0x0062, 0x0002)
    /// Segment Number (US).
    public static let segmentNumber = DICOMTag(0x0062, 0x0004)
    /// Segment Label (LO).
    public static let segmentLabel = DICOMTag(0x0062, 0x0005)
    /// Segment Description (ST).
    public static let segmentDescription = DICOMTag(0x0062, 0x0006)
    /// Segment Algorithm Type (CS).
    public static let segmentAlgorithmType = DICOMTag(0x0062, 0x0008)
    /// Segment Algorithm Name (LO).
    public static let segmentAlgorithmName = DICOMTag(0x0062, 0x0009)
    /// Segment Identification Sequence (SQ).
    public static let segmentIdentificationSequence = DICOMTag(0x0062, 0x000A)
    /// Referenced Segment Number (US).
    public static let referencedSegmentNumber = DICOMTag(0x0062, 0x000B)
    /// Maximum Fractional Value (US).
    public static let maximumFractionalValue = DICOMTag(0x0062, 0x000E)
    /// Segmentation Fractional Type (CS).
    public static let segmentationFractionalType = DICOMTag(0x0062, 0x0010)
    /// Tracking ID (UT).
    public static let trackingID = DICOMTag(0x0062, 0x0020)
    /// Tracking UID (UI).
    public static let trackingUID = DICOMTag(0x0062, 0x0021)
    /// Segmented Property Category Code Sequence (SQ).
    public static let segmentedPropertyCategoryCodeSequence = DICOMTag(0x0062, 0x0003)
    /// Segmented Property Type Code Sequence (SQ).
    public static let segmentedPropertyTypeCodeSequence = DICOMTag(0x0062, 0x000F)
    /// Anatomic Region Sequence (SQ).
    public static let anatomicRegionSequence = DICOMTag(0x0008, 0x2218)
    /// Derivation Image Sequence (SQ).
    public static let derivationImageSequence = DICOMTag(0x0008, 0x9124)
    /// Source Image Sequence (SQ).
    public static let sourceImageSequence = DICOMTag(0x0008, 0x2112)
    /// Referenced Series Sequence (SQ).
    public static let referencedSeriesSequence = DICOMTag(0x0008, 0x1115)
    /// Referenced Instance Sequence (SQ).
    public static let referencedInstanceSequence = DICOMTag(0x0008, 0x114A)
    /// Referenced SOP Class UID (UI).
    public static let referencedSOPClassUID = DICOMTag(0x0008, 0x1150)
    /// Referenced SOP Instance UID (UI).
    public static let referencedSOPInstanceUID = DICOMTag(0x0008, 0x1155)
    /// Referenced Frame Number (IS).
    public static let referencedFrameNumber = DICOMTag(0x0008, 0x1160)
    /// Content Label (CS).
    public static let contentLabel = DICOMTag(0x0070, 0x0080)
    /// Content Description (LO).
    public static let contentDescription = DICOMTag(0x0070, 0x0081)
    /// Content Creator's Name (PN).
    public static let contentCreatorName = DICOMTag(0x0070, 0x0084)
    /// Code Value (SH).
    public static let codeValue = DICOMTag(0x0008, 0x0100)
    /// Coding Scheme Designator (SH).
    public static let codingSchemeDesignator = DICOMTag(0x0008, 0x0102)
    /// Code Meaning (LO).
    public static let codeMeaning = DICOMTag(0x0008, 0x0104)
}
