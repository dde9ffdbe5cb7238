/// The slices of a source without some segments: neither drawn nor asked for. Slices that show nothing else are left out.
struct WithoutSegments: SampleSource {
    let entries: [SampleEntry]

    private let source: any SampleSource
    private let segments: Set<String>
    /// The place in the source of each entry.
    private let places: [Int]

    init(_ source: any SampleSource, leavingOut segments: Set<String>) {
        var entries: [SampleEntry] = []
        var places: [Int] = []
        for (place, entry) in source.entries.enumerated() {
            let kept = entry.segments.filter { !segments.contains($0) }
            guard !kept.isEmpty else { continue }
            entries.append(
                SampleEntry(
                    caseID: entry.caseID,
                    patientKey: entry.patientKey,
                    sliceID: entry.sliceID,
                    segments: kept,
                    origin: entry.origin,
                    caseWeight: entry.caseWeight,
                    segmentWeights: entry.segmentWeights
                )
            )
            places.append(place)
        }
        self.entries = entries
        self.places = places
        self.source = source
        self.segments = segments
    }

    var shiftsWindow: Bool { source.shiftsWindow }

    func sample(at index: Int, window: WindowShift) throws -> TrainingSample {
        let sample = try source.sample(at: places[index], window: window)
        return TrainingSample(
            image: sample.image,
            structures: sample.structures.filter { !segments.contains($0.segment) }
        )
    }
}
