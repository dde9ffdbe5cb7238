import DICOMFiles
import DurableFiles

/// What a segmentation shares with its source series: patient, study, frame of reference and the machine that made it.
///
/// Values are copied without decoding, together with Specific Character Set: no character set that a hospital uses can
/// be damaged by a conversion that does not take place.
struct SourceIdentity {
    let dataset: DICOMDataset
    let studyInstanceUID: String
    let seriesInstanceUID: String
    let frameOfReferenceUID: String
    /// Seconds east of Greenwich, where the source says it.
    let timezoneOffset: Int?

    /// Opens the file of a header, which must still be the one that was read then.
    init(_ header: InstanceHeader) throws {
        let dataset = try DICOMFile.open(header.path).dataset
        func required(_ tag: DICOMTag) throws(SegmentationError) -> String {
            guard let value = dataset.string(tag) else {
                throw SegmentationError(.unusableSource, "the source has no \(tag.name); correct it at its origin")
            }
            return value
        }
        self.dataset = dataset
        studyInstanceUID = try required(.studyInstanceUID)
        seriesInstanceUID = try required(.seriesInstanceUID)
        frameOfReferenceUID = try required(.frameOfReferenceUID)
        let isTheSame =
            try required(.sopInstanceUID) == header.sopInstanceUID
            && studyInstanceUID == header.studyInstanceUID && seriesInstanceUID == header.seriesInstanceUID
        guard isTheSame else {
            throw SegmentationError(.unusableSource, "a source file was replaced; read the series again")
        }
        timezoneOffset = dataset.string(.timezoneOffsetFromUTC).flatMap(SegmentationDateTime.offset(ofTimezone:))
    }

    /// Copies the modules of patient, study and frame of reference; attributes of type 2 that are absent become empty.
    func copy(to root: DatasetItem) throws(SegmentationError) {
        for tag in Self.copied { try root.copy(tag, from: dataset) }
        if dataset.string(.bodyPartExamined).map(BodyPart.isDefinedTerm) == true {
            try root.copy(.bodyPartExamined, from: dataset)
        }
        for (tag, vr) in Self.copiedOrEmpty {
            if dataset.contains(tag) {
                try root.copy(tag, from: dataset)
            } else {
                try root.putEmpty(Attribute(tag, vr))
            }
        }
    }

    /// Copies the source's equipment; Manufacturer is required there, so an unknown one is called so.
    func copyEquipment(to item: DatasetItem) throws(SegmentationError) {
        for tag in Self.equipment { try item.copy(tag, from: dataset) }
        if !dataset.hasValue(.manufacturer) { try item.put(.manufacturer, "UNKNOWN") }
    }

    /// Type 2 in the modules Patient, General Study and Frame of Reference (PS3.3 sections C.7.1.1, C.7.2.1, C.7.4.1).
    private static let copiedOrEmpty: [(DICOMTag, TextRepresentation)] = [
        (.patientName, .personName), (.patientID, .longString), (.patientBirthDate, .date), (.patientSex, .codeString),
        (.studyDate, .date), (.studyTime, .time), (.accessionNumber, .shortString),
        (.referringPhysicianName, .personName), (.studyID, .shortString),
        (.positionReferenceIndicator, .longString),
    ]

    /// Written when the source has them, sequences included.
    private static let copied: [DICOMTag] = [
        .specificCharacterSet, .timezoneOffsetFromUTC,
        .issuerOfPatientID, .otherPatientIDs, .patientBirthTime, .patientIdentityRemoved, .deidentificationMethod,
        .deidentificationMethodCodeSequence, .longitudinalTemporalInformationModified,
        .patientAge, .patientSize, .patientWeight,
        .clinicalTrialSponsorName, .clinicalTrialProtocolID, .clinicalTrialProtocolName, .clinicalTrialSiteID,
        .clinicalTrialSiteName, .clinicalTrialSubjectID, .clinicalTrialSubjectReadingID,
        .clinicalTrialTimePointID, .clinicalTrialTimePointDescription,
        .studyInstanceUID, .studyDescription, .frameOfReferenceUID,
    ]

    private static let equipment: [DICOMTag] = [
        .manufacturer, .institutionName, .stationName, .institutionalDepartmentName, .manufacturerModelName,
        .deviceSerialNumber, .softwareVersions,
    ]
}
