import ArgumentParser
import Checkpoints
import DurableFiles
import Foundation
import Ledger
import Profiles

/// Frees what old training runs take and nobody needs.
struct TrainPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove states, caches and refused models of old training runs.",
        discussion: """
            Records, lists of cases, frozen cases, reports and curves of all runs stay, and so does every model that a
            channel stands for, once stood for, or that a profile, the site file, another model or a waiting job names.
            """
    )

    @Option(help: "So many of the latest runs are left as they are.")
    var keep = 5

    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    @OptionGroup var site: SiteOptions
    @OptionGroup var models: ModelFolderOptions

    func validate() throws {
        guard keep >= 0 else { throw ValidationError("--keep is 0 or more") }
    }

    func run() async throws {
        let site = try site.load()
        let folder = TrainingFolder(path: site.training.folder)
        guard try folder.exists(folder.path) else { return print("no training run yet") }
        guard let lock = try HeldLock(folder.lock) else {
            throw CommandFailure(.environment, "a training is running: prune when it has ended")
        }
        defer { lock.release() }
        let open = try await LedgerReports.open(site).jobs(JobFilter(states: [.queued, .running, .needsPrompt]))
        let pruning = TrainingPruning(
            folder: folder,
            models: models.store(default: site.models),
            named: try Self.named(site),
            digests: Set(open.map(\.modelDigest.hex))
        )
        let plan = try pruning.plan(keeping: keep)
        for item in plan { print("\(dryRun ? "would remove" : "removed") \(item.words), \(Self.size(item.bytes))") }
        if !dryRun { try pruning.remove(plan) }
        let total = Self.size(plan.reduce(0) { $0 + $1.bytes })
        print(plan.isEmpty ? "nothing to remove" : "\(total) in all")
    }

    /// Models that the site file or a profile names.
    private static func named(_ site: SiteConfiguration) throws -> TrainingPruning.Named {
        let profiles = try ProfileSet.load(site.profiles).profiles
        let names = profiles.compactMap { profile -> String? in
            if case .name(let name) = profile.model.choice { return name }
            return nil
        }
        return .init(
            names: Set(names + [site.defaultModel].compactMap { $0 }),
            digests: Set(profiles.compactMap { $0.model.sha256 })
        )
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\((bytes + 1_023) >> 10) kB" : "\(bytes >> 20) MB"
    }
}
