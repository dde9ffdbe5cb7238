import ArgumentParser
import DICOMFiles
import DurableFiles
import Pipeline
import Profiles

/// Explains the choice of a profile for each series of a folder, and the boxes that come of it.
struct ProfilesExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "For each series of a folder: the rules that held and failed, with the values seen, and the box plan.",
        discussion: """
            Registers the atlas of the chosen profile, which takes some seconds for each series. Ends with status 1 where a \
            series has no profile or needs a person's prompt.
            """
    )

    @Argument(help: "A folder with DICOM files.")
    var folder: String

    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(inversion: .prefixedNo, help: "Plan the boxes of the chosen profile.")
    var boxes = true

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let found = try FolderSeries(RawPath(folder))
        found.reportRefusals()
        guard !found.series.isEmpty else {
            throw CommandFailure(.findings, "\(folder) holds no series that can be read")
        }
        let set = try profiles.load()
        let assignments = StudyAssignments(found.series, set)
        var atlases = LoadedAtlases(AtlasStore(profiles: profiles.path))
        var explanations: [SeriesExplanation] = []
        for series in found.series {
            let assignment = assignments.all.first { $0.id == series.seriesInstanceUID }
            var boxPlan: SeriesExplanation.Plan?
            if boxes, let profile = assignment?.profile { boxPlan = try plan(series, profile, &atlases) }
            explanations.append(SeriesExplanation(series, assignment, plan: boxPlan))
        }
        if json {
            try JSONOutput.print(explanations)
        } else {
            for explanation in explanations {
                print("series \(explanation.seriesInstanceUID), \(explanation.files) files\n\(explanation.text)\n")
            }
        }
        guard explanations.allSatisfy({ $0.profile != nil && $0.plan?.code == nil }) else {
            throw CommandFailure(.findings)
        }
    }

    private func plan(
        _ series: ImageSeries,
        _ profile: Profile,
        _ atlases: inout LoadedAtlases
    ) throws -> SeriesExplanation.Plan {
        do {
            return SeriesExplanation.Plan(
                try BoxPlan(profile, atlases: try atlases.atlases(for: profile), series: series)
            )
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}

/// Atlases, each loaded once.
private struct LoadedAtlases {
    private let store: AtlasStore
    private var loaded: [String: LoadedAtlas] = [:]

    init(_ store: AtlasStore) {
        self.store = store
    }

    /// Empty where the profile names none or none is installed.
    mutating func atlases(for profile: Profile) throws -> [LoadedAtlas] {
        var found: [LoadedAtlas] = []
        for name in try store.names(for: profile) {
            let atlas = try loaded[name] ?? store.atlas(named: name, for: profile)
            loaded[name] = atlas
            found.append(atlas)
        }
        return found
    }
}
