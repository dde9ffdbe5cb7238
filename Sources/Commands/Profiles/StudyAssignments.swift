import DICOMFiles
import Ingest
import Profiles

/// The profiles of all series of a folder, study by study.
struct StudyAssignments {
    /// In the order of the series; those without a volume are left out.
    let all: [SeriesAssignment]

    init(_ series: [ImageSeries], _ set: ProfileSet) {
        var assigned: [String: SeriesAssignment] = [:]
        for study in Dictionary(grouping: series, by: \.studyInstanceUID).values {
            let candidates = study.compactMap { series in
                series.volume.map {
                    SeriesChoice.Candidate(id: series.seriesInstanceUID, facts: SeriesFacts(of: $0, in: series))
                }
            }
            for assignment in set.assign(candidates) { assigned[assignment.id] = assignment }
        }
        all = series.compactMap { assigned[$0.seriesInstanceUID] }
    }
}
