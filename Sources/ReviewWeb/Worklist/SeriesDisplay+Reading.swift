import DICOMFiles
import DurableFiles
import Ledger

extension SeriesDisplay {
    /// What a stored file says of its series; empty texts where it cannot be read any more.
    ///
    /// The file was examined in a child process under limits when it came, and was accepted as it is.
    init(_ series: SeriesUID, readFrom path: RawPath) {
        guard let dataset = try? DICOMFile.open(path).dataset else {
            self.init(
                series: series,
                patientName: "",
                patient: ("", "", ""),
                study: ("", "", ""),
                seriesDescription: "",
                searchText: ""
            )
            return
        }
        let text = DICOMText(of: dataset)
        // A backslash has no meaning in these texts, but viewers show the first value.
        func value(_ tag: DICOMTag) -> String { text.values(tag, of: dataset).first ?? "" }
        let name = value(.patientName)
        let patient = value(.patientID)
        let accession = value(.accessionNumber)
        self.init(
            series: series,
            patientName: PersonName(name).shown,
            patient: (patient, Self.date(value(.patientBirthDate)), value(.patientSex)),
            study: (accession, Self.date(value(.studyDate)), value(.studyDescription)),
            seriesDescription: value(.seriesDescription),
            searchText: SearchText.text(name: name, patientID: patient, accession: accession)
        )
    }

    /// `YYYYMMDD` with hyphens; anything else as it is.
    private static func date(_ text: String) -> String {
        guard text.utf8.count == 8, text.allSatisfy({ ("0"..."9").contains($0) }) else { return text }
        return "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
    }
}
