import Ingest
import Ledger
import Profiles
import ReviewWeb

/// The profiles of a site, as the page shows them.
struct SiteProtocols: JobProtocols {
    let profiles: ProfileCatalogue

    func jobProtocol(of job: Job) -> JobProtocol? {
        guard let profile = profiles.profile(of: job) else { return nil }
        var window: ClosedRange<Double>?
        if case .window(let low, let high) = profile.intensity, low < high { window = low...high }
        return JobProtocol(
            window: window,
            segments: profile.segments.map { segment in
                JobProtocol.Segment(
                    key: "\(profile.id)/\(segment.id)",
                    label: segment.label,
                    colour: segment.colour.description.lowercased(),
                    code: CodeTriplet(
                        value: segment.type.value,
                        scheme: segment.type.scheme,
                        meaning: segment.type.meaning
                    ),
                    expectedVolume: (segment.expectedVolume?.minimum, segment.expectedVolume?.maximum)
                )
            }
        )
    }
}
