import DICOMFiles

/// Whether two data sets belong to one patient, as far as they say.
enum PatientMatch {
    /// Patient ID must be the same, as bytes or as text: software that saves in another character set spells it with other
    /// bytes. One that is missing is no contradiction; the caller has compared study, frame of reference and images.
    /// Issuers are compared where both name one.
    static func agrees(_ dataset: DICOMDataset, with source: DICOMDataset) -> Bool {
        isSame(.patientID, dataset, source) && isSame(.issuerOfPatientID, dataset, source)
    }

    private static func isSame(_ tag: DICOMTag, _ dataset: DICOMDataset, _ source: DICOMDataset) -> Bool {
        guard dataset.hasValue(tag), source.hasValue(tag) else {
            // A number where the source has none is another patient's; an issuer alone proves nothing.
            return tag == .issuerOfPatientID || !dataset.hasValue(tag)
        }
        let bytes = (trimmed(dataset.bytes(tag)), trimmed(source.bytes(tag)))
        if bytes.0 == bytes.1 { return true }
        guard let text = DICOMText(of: dataset).decode(bytes.0), let other = DICOMText(of: source).decode(bytes.1)
        else { return false }
        return text == other
    }

    private static func trimmed(_ bytes: [UInt8]?) -> [UInt8] {
        let padding: Set<UInt8> = [0, 0x20]
        let tail = (bytes ?? []).reversed().drop { padding.contains($0) }
        return Array(tail.reversed().drop { $0 == 0x20 })
    }
}
