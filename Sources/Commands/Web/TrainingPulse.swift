import DurableFiles
import Glibc
import ReviewWeb
import Synchronization

/// Tells open pages when a run of training got further, began or ended: its record and its progress are looked at.
final class TrainingPulse: ReviewPulse {
    private let folder: TrainingFolder
    private let seen = Mutex<[String: [Int64]]?>(nil)
    /// Whether a run may be at work. Its end leaves no other trace; who asks takes the runs' lock for a moment, so nobody
    /// asks while nothing happens.
    private let isBusy = Mutex(true)

    init(_ folder: TrainingFolder) { self.folder = folder }

    func signals() async -> [ReviewSignal] {
        guard let runs = try? folder.runs() else { return [] }
        // Runs before the last two have ended.
        let now = runs.suffix(2).reduce(into: [:]) { found, run in
            found[run.id] = [run.record, run.progress, run.shadowLines].flatMap(Self.state)
        }
        let isNews = seen.withLock { seen in
            defer { seen = now }
            return seen.map { $0 != now } ?? false
        }
        let hasEnded = isBusy.withLock { isBusy in
            guard isBusy || isNews else { return false }
            let wasBusy = isBusy
            isBusy = (try? folder.isBusy()) ?? true
            return wasBusy && !isBusy
        }
        return isNews || hasEnded ? [ReviewSignal("training")] : []
    }

    /// Size and time of a file's last change; empty where there is none.
    private static func state(of path: RawPath) -> [Int64] {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else { return [] }
        return [Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec)]
    }
}
