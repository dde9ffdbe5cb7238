import ArgumentParser
import Atlas
import Corrections
import DurableFiles
import Foundation
import Profiles

/// How an atlas is made from reviewed cases.
struct ReviewedAtlasOptions: ParsableArguments {
    @Option(name: .customLong("from-cases"), help: "Make it from accepted and corrected cases of this profile.")
    var profile: String?

    @Option(help: "How many atlases, each of another patient; they get -1, -2, … behind the name. Default: 1.")
    var count: Int?

    @Option(
        help: "Series Instance UID of a reviewed series to make it of; may be repeated. Default: the best there are."
    )
    var series: [String] = []

    @Flag(help: "Let it take the place of the atlases in use instead of voting with them.")
    var replace = false

    @Flag(help: "Leave the promotion of an atlas that passes the gate to a person.")
    var keep = false

    @Option(help: "What the split of the patients is drawn from. Default: 1.")
    var seed: UInt64?

    @Option(name: .customLong("by"), help: "Who makes it. Default: the user that runs the command.")
    var actor: String?

    @Option(name: .customLong("site"), help: "The site file. Default: PREREAD_SITE, or watch/site.xml.")
    var site: String?

    @OptionGroup var models: ModelFolderOptions

    /// An option that means nothing without ``profile``.
    var strayOption: String? {
        let given = [
            ("--count", count != nil), ("--series", !series.isEmpty), ("--replace", replace), ("--keep", keep),
            ("--seed", seed != nil), ("--by", actor != nil), ("--site", site != nil),
            ("--models", models.folder != nil),
        ]
        return given.first { $0.1 }?.0
    }

    func check() throws {
        guard count == nil || series.isEmpty else {
            throw ValidationError("--count and --series contradict each other: give one of them")
        }
        guard (1...16).contains(count ?? 1), series.count <= 16 else { throw ValidationError("--count is 1 to 16") }
        guard Set(series).count == series.count else { throw ValidationError("a series is named twice") }
    }

    /// Makes it, judges it, and says what became of it.
    func build(_ name: String, of profileID: String, licence: String?, json: Bool) async throws {
        let site = try SiteOptions.parse(site.map { ["--site", $0] } ?? []).load()
        let profiles = try ProfileFolderOptions.parse(["--profiles", site.profiles.displayName]).load()
        guard let profile = profiles.profile(id: profileID) else {
            let known = profiles.profiles.map(\.id).joined(separator: ", ")
            throw CommandFailure(.wrongUse, "there is no profile \(profileID); there are: \(known)")
        }
        let folder = TrainingFolder(path: site.training.folder)
        try AtomicFile.createFolder(folder.path)
        guard let lock = try HeldLock(folder.lock) else {
            throw CommandFailure(.environment, "a training or another atlas is at work: try again when it has ended")
        }
        defer { lock.release() }
        let reviewed = try await ReviewedCases(of: site, in: try LedgerReports.open(site))
        let learning = AtlasLearning(
            site: site,
            models: models.store(default: site.models),
            profiles: profiles,
            profile: profile,
            wishes: .init(
                name: name,
                count: count ?? 1,
                series: series,
                replaces: replace,
                promotes: site.training.promotes && !keep,
                licence: licence ?? "the site's own data",
                seed: seed ?? 1,
                actor: actor ?? ProcessInfo.processInfo.userName
            ),
            isQuiet: json
        )
        let (run, record): (AtlasLearning.Run, AtlasRunRecord)
        do {
            (run, record) = try learning.run(reviewed.eligible)
        } catch {
            throw CommandFailure(describing: error)
        }
        if json { try JSONOutput.print(record) } else { Self.tell(record, run, profile.id) }
        if record.outcome == .kept { throw CommandFailure(.findings) }
    }

    private static func tell(_ record: AtlasRunRecord, _ run: AtlasLearning.Run, _ profile: String) {
        for text in record.left { print("left out: \(text)") }
        for reason in record.reasons { print(reason) }
        let built = record.built.joined(separator: ", ")
        let all = record.candidate.map(\.name).joined(separator: " ")
        let report = "Report: \(run.report.displayName)"
        switch record.outcome {
        case .promoted: print("promoted: profile \(profile) uses \(all) from now on. \(report)")
        case .waits:
            print("passed the gate; to use it: preread atlas promote \(profile) \(all) --reason TEXT. \(report)")
        case .kept:
            print("kept: the atlases of profile \(profile) stay; \(built) was built and nothing uses it. \(report)")
        }
    }
}
