import Checkpoints
import DurableFiles
import Foundation

/// Finds and removes what old runs leave behind and nobody needs; whoever calls it holds the lock of the folder of runs.
struct TrainingPruning {
    /// Models that are asked for by name or by weights.
    struct Named {
        var names: Set<String> = []
        var digests: Set<SHA256Digest> = []
    }

    let folder: TrainingFolder
    let models: ModelStore
    /// By the site file or a profile.
    let named: Named
    /// Weights that jobs were planned with which have not ended, in hex.
    let digests: Set<String>

    /// One thing to remove.
    struct Item: Hashable {
        enum Target: Hashable {
            case folder(RawPath)
            case model(String)
        }

        let target: Target
        /// Which run it is of, and what it is.
        let words: String
        let bytes: Int
    }

    /// What may go while the latest runs are left as they are.
    ///
    /// Runs that have not ended, and runs whose record this version does not read, are left alone.
    func plan(keeping count: Int) throws -> [Item] {
        var items: [Item] = []
        let runs = try folder.runs()
        let ended = try runs.filter { try folder.exists($0.record) }.compactMap { run in
            (try? folder.record(of: run)).flatMap { $0.phase == .decided ? (run: run, record: $0) : nil }
        }
        let used = try usedModels()
        for (run, record) in ended.dropLast(count) {
            for (name, path) in [("state", run.state), ("evaluation", run.evaluation), ("shadow", run.shadowWork)]
            where try folder.exists(path) {
                items.append(.init(target: .folder(path), words: "\(run.id): \(name)", bytes: try size(of: path)))
            }
            if let item = try model(of: record, used) { items.append(item) }
        }
        // Runs that were killed before they had a record: nothing can go on with them.
        for run in try runs.filter({ try $0.id.hasPrefix("run-") && !folder.exists($0.record) }) {
            let words = "\(run.id): never begun"
            items.append(.init(target: .folder(run.path), words: words, bytes: try size(of: run.path)))
        }
        return items
    }

    /// Removes what a plan names. Models go last, and only if no channel has come to name them meanwhile.
    func remove(_ plan: [Item]) throws {
        for item in plan {
            if case .folder(let path) = item.target { try FileManager.default.removeItem(atPath: path.displayName) }
        }
        for item in plan {
            guard case .model(let name) = item.target else { continue }
            do {
                try models.remove(name)
            } catch {
                throw CommandFailure(describing: error)
            }
        }
    }

    /// The candidate of a run that kept the model in use, where nothing names it.
    private func model(of record: TrainingRunRecord, _ used: Set<String>) throws -> Item? {
        guard record.outcome == .kept, let candidate = record.candidate, !used.contains(candidate.name),
            let package = try? models.package(named: candidate.name),
            package.manifest.weights.sha256 == candidate.sha256, package.manifest.training?.run == record.id,
            !named.digests.contains(candidate.sha256), !digests.contains(candidate.sha256.hex)
        else { return nil }
        return Item(
            target: .model(candidate.name),
            words: "\(record.id): model \(candidate.name), refused",
            bytes: package.manifest.weights.byteCount
        )
    }

    /// Names that channels, their history, other packages, the site file or profiles use.
    private func usedModels() throws -> Set<String> {
        let channels: ModelChannels
        do {
            channels = try models.channels()
        } catch {
            throw CommandFailure(describing: error)
        }
        return try channels.names.union(named.names)
            .union(models.list().packages.compactMap(\.manifest.training?.parent))
    }

    private func size(of path: RawPath) throws -> Int {
        try FolderScan.files(below: path).reduce(0) { $0 + $1.size }
    }
}
