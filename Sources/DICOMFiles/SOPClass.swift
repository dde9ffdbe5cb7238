/// SOP Class UIDs (PS3.6 table A-1).
public enum SOPClass {
    /// CT Image Storage.
    public static let ctImage = "1.2.840.10008.5.1.4.1.1.2"
    /// Enhanced CT Image Storage.
    public static let enhancedCTImage = "1.2.840.10008.5.1.4.1.1.2.1"
    /// Legacy Converted Enhanced CT Image Storage.
    public static let legacyConvertedEnhancedCTImage = "1.2.840.10008.5.1.4.1.1.2.2"
    /// MR Image Storage.
    public static let mrImage = "1.2.840.10008.5.1.4.1.1.4"
    /// Enhanced MR Image Storage.
    public static let enhancedMRImage = "1.2.840.10008.5.1.4.1.1.4.1"
    /// Legacy Converted Enhanced MR Image Storage.
    public static let legacyConvertedEnhancedMRImage = "1.2.840.10008.5.1.4.1.1.4.4"
    /// Positron Emission Tomography Image Storage.
    public static let petImage = "1.2.840.10008.5.1.4.1.1.128"
    /// Legacy Converted Enhanced PET Image Storage.
    public static let legacyConvertedEnhancedPETImage = "1.2.840.10008.5.1.4.1.1.128.1"
    /// Enhanced PET Image Storage.
    public static let enhancedPETImage = "1.2.840.10008.5.1.4.1.1.130"
    /// Segmentation Storage: BINARY and FRACTIONAL.
    public static let segmentation = "1.2.840.10008.5.1.4.1.1.66.4"
    /// Label Map Segmentation Storage: LABELMAP.
    public static let labelMapSegmentation = "1.2.840.10008.5.1.4.1.1.66.7"
    /// A DICOMDIR: it names files by paths, which are never followed.
    public static let mediaStorageDirectory = "1.2.840.10008.1.3.10"

    /// Cross-sectional images with a place in the patient: what the service takes in. All else is another object.
    public static let crossSectionalImages: Set<String> = [
        ctImage, enhancedCTImage, legacyConvertedEnhancedCTImage,
        mrImage, enhancedMRImage, legacyConvertedEnhancedMRImage,
        petImage, enhancedPETImage, legacyConvertedEnhancedPETImage,
    ]

    /// Images whose frames are described by functional groups.
    public static let enhancedImages: Set<String> = [
        enhancedCTImage, legacyConvertedEnhancedCTImage, enhancedMRImage, legacyConvertedEnhancedMRImage,
        enhancedPETImage, legacyConvertedEnhancedPETImage,
    ]

    /// Images whose modality values have a unit, so that a missing rescale is worth a flag.
    static let rescaledImages: Set<String> = [ctImage, petImage]
}
