import Ledger

/// Finds the series that a segmentation was drawn on by what it refers to.
struct CorrectionReferences: Sendable {
    /// Why no series was found.
    struct Refusal: Error, Sendable, Hashable {
        let reason: JobReason

        init(_ reason: CorrectionReason, _ detail: String? = nil) { self.reason = reason.reason(detail) }
    }

    let ledger: any LedgerQueries

    /// The one series that its frames, or else its Referenced Series Sequence, name. Every image that it names must be ours.
    func series(of description: DescribedSegmentation) async throws(LedgerError) -> Result<SeriesUID, Refusal> {
        var series: Set<SeriesUID> = []
        var studies: Set<StudyUID> = []
        var foreign = 0
        for uid in description.frameReferences {
            guard let instance = try await ledger.instance(InstanceUID(uid)) else {
                foreign += 1
                continue
            }
            series.insert(instance.identity.seriesUID)
            studies.insert(instance.identity.studyUID)
        }
        for (uid, instances) in description.referencedSeries {
            for instance in instances {
                if let known = try await ledger.instance(InstanceUID(instance)) {
                    studies.insert(known.identity.studyUID)
                } else if try await !isResult(instance) {
                    foreign += 1
                }
            }
            guard description.frameReferences.isEmpty else { continue }
            if let known = try await ledger.series(SeriesUID(uid)) {
                series.insert(known.uid)
                studies.insert(known.study)
            }
        }
        if studies.isEmpty { return .failure(Refusal(.unknownSeries)) }
        guard foreign == 0 else { return .failure(Refusal(.foreignInstance, "\(foreign) of them")) }
        guard studies == [StudyUID(description.studyInstanceUID)] else { return .failure(Refusal(.otherStudy)) }
        guard let found = series.first else { return .failure(Refusal(.unknownSeries)) }
        guard series.count == 1 else { return .failure(Refusal(.foreignInstance, "\(series.count) series")) }
        return .success(found)
    }

    /// A segmentation may list the result, or the correction, that it was made from.
    private func isResult(_ uid: String) async throws(LedgerError) -> Bool {
        if try await ledger.job(withSegmentation: InstanceUID(uid)) != nil { return true }
        return try await ledger.correction(withSegmentation: InstanceUID(uid)) != nil
    }
}
