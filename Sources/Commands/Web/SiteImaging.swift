import Corrections
import Ledger
import Profiles
import ReviewWeb

/// What the page shows of a site's images, and what people draw on them.
struct SiteImaging {
    /// The volumes of the site's jobs.
    let volumes: JobVolumes
    /// Their masks.
    let masks: JobMasks

    private let site: SiteConfiguration
    private let ledger: any LedgerQueries
    private let resources: SiteResources

    /// Files are read by children of this program.
    init(_ site: SiteConfiguration, ledger: any LedgerQueries, resources: SiteResources) {
        self.site = site
        self.ledger = ledger
        self.resources = resources
        let program = "/proc/self/exe"
        volumes = JobVolumes(
            .init(
                ledger: ledger,
                store: site.folders.store,
                results: site.folders.annotated,
                decoder: ChildVolumeDecoder(.init(executable: program, arguments: [DecodeVolumeCommand.name])),
                reader: ChildImagingReader(.init(executable: program, arguments: [ReadImagesCommand.name])),
                protocols: SiteProtocols(profiles: resources.catalogue)
            )
        )
        masks = JobMasks(volumes)
    }

    /// The areas of the interface.
    func areas(intake: CorrectionIntake, audit: any ReviewAudit) -> [any ReviewRoutes] {
        let saver = SiteCorrectionSaver(
            ledger: ledger,
            intake: intake,
            masks: masks,
            profiles: resources.catalogue,
            folders: (site.folders.store, site.folders.annotated)
        )
        let prompting = ModelPrompting(volumes: volumes) { [resources] job in try resources.promptable(job) }
        return [
            ImageRoutes(volumes), MaskRoutes(masks, saver: saver, audit: audit), PromptRoutes(prompting),
            DICOMwebRoutes(volumes.surroundings, audit: audit),
        ]
    }
}
