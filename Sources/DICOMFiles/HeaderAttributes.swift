/// The short texts and numbers of a data set that rules about protocols can ask for.
enum HeaderAttributes {
    private static let textVRs: Set<String> = [
        "AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "SH", "ST", "TM", "UC", "UI", "UT",
    ]
    private static let numberVRs: Set<String> = ["US", "SS", "UL", "SL", "FL", "FD"]
    private static let longestValue = 1024
    private static let mostElements = 2_000

    /// Of group 0010, which identifies the patient, only this is kept.
    private static let harmlessPatientAttributes: Set<DICOMTag> = [
        .patientSex, .patientAge, .patientSize, .patientWeight,
    ]
    /// Dates and numbers of a visit, and who was there.
    private static let identifying: Set<DICOMTag> = [
        .accessionNumber, .studyID, .institutionName,
        DICOMTag(0x0008, 0x0081), DICOMTag(0x0008, 0x0092), DICOMTag(0x0008, 0x0094),  // addresses, telephone numbers
    ]

    static func read(_ dataset: DICOMDataset) -> [String: [String]] {
        let text = DICOMText(of: dataset)
        var attributes = values(of: dataset, text)
        let groups = FunctionalGroups(of: dataset)
        // Protocol rules name attributes such as EchoTime, which enhanced images keep one level down.
        for item in [groups.shared, groups.perFrame(0)].compactMap({ $0 }) {
            for macro in item.elements(limit: 200) where macro.vr == "SQ" {
                guard let contents = item.firstItem(macro.tag) else { continue }
                attributes.merge(values(of: contents, text)) { first, _ in first }
            }
        }
        return attributes
    }

    private static func values(of dataset: DICOMDataset, _ text: DICOMText) -> [String: [String]] {
        var attributes: [String: [String]] = [:]
        for element in dataset.elements(limit: mostElements)
        where (1...longestValue).contains(element.length) && isAllowed(element.tag) {
            let values: [String]
            if textVRs.contains(element.vr) {
                values = text.values(element.tag, of: dataset)
            } else if numberVRs.contains(element.vr) {
                values = dataset.doubles(element.tag)?.map(spelled) ?? []
            } else {
                continue
            }
            guard !values.isEmpty, let keyword = element.tag.keyword else { continue }
            attributes[keyword] = values
        }
        return attributes
    }

    private static func isAllowed(_ tag: DICOMTag) -> Bool {
        if tag.isPrivate || identifying.contains(tag) { return false }
        return tag.group != 0x0010 || harmlessPatientAttributes.contains(tag)
    }

    /// Integers without a fraction.
    private static func spelled(_ number: Double) -> String {
        Int(exactly: number).map { String($0) } ?? String(number)
    }
}
