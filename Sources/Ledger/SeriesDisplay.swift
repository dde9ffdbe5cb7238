/// What a worklist shows of a series beside its numbers: who the patient is, and what was examined.
///
/// All of it is read from the stored files for display and search. Nothing is decided by it, and nothing of it goes into logs.
package struct SeriesDisplay: Sendable, Hashable {
    package let series: SeriesUID
    /// Decoded by the file's character set, as people write it: `Family, Given`.
    package let patientName: Redacted<String>
    package let patientID: Redacted<String>
    /// `YYYY-MM-DD`, or as the file has it; empty where it has none.
    package let birthDate: Redacted<String>
    package let sex: Redacted<String>
    package let accession: Redacted<String>
    /// `YYYY-MM-DD`, or as the file has it.
    package let studyDate: Redacted<String>
    package let studyDescription: Redacted<String>
    package let seriesDescription: Redacted<String>
    /// Name, ID and accession number, folded as the words of a search are: see ``WorklistSearch``.
    package let searchText: Redacted<String>

    /// Collects what a file says.
    package init(
        series: SeriesUID,
        patientName: String,
        patient: (id: String, birthDate: String, sex: String),
        study: (accession: String, date: String, description: String),
        seriesDescription: String,
        searchText: String
    ) {
        self.series = series
        self.patientName = Redacted(patientName)
        patientID = Redacted(patient.id)
        birthDate = Redacted(patient.birthDate)
        sex = Redacted(patient.sex)
        accession = Redacted(study.accession)
        studyDate = Redacted(study.date)
        studyDescription = Redacted(study.description)
        self.seriesDescription = Redacted(seriesDescription)
        self.searchText = Redacted(searchText)
    }
}
