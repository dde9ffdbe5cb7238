import DurableFiles
import Foundation
import Ledger
import Logging
import Profiles
import ServiceLifecycle

/// Begins training runs by itself: at the site's times, after so many corrections, and to finish what was interrupted.
///
/// The training runs in a process of its own with low priority; this service only starts it, passes a stop on and tells
/// in the log how it ended. One that ends badly is tried again an hour later.
struct TrainingSupervisor: Service {
    let site: SiteConfiguration
    /// The arguments by which the child finds the same site and models.
    let arguments: [String]
    /// Corrections that came, in the whole ledger.
    let corrections: @Sendable () async throws -> Int
    let logger: Logger
    /// Scheduled times before the first attempt count from here.
    var started = Date()

    private static let interval = Duration.seconds(15)
    private static let patience: TimeInterval = 3_600

    func run() async throws {
        var process: TrainingProcess?
        var notBefore = Date.distantPast
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if let status = process?.poll() {
                process = nil
                report(status)
                if status != 0 { notBefore = Date().addingTimeInterval(Self.patience) }
            }
            if process == nil, Date() >= notBefore {
                do {
                    process = try await begin()
                } catch {
                    logger.error("training cannot be started", metadata: ["error": "\(error)"])
                    notBefore = Date().addingTimeInterval(Self.patience)
                }
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            } catch is CancellationError {
                break
            }
        }
        process?.stop()
    }

    /// Starts a training where there is a reason, and notes the attempt before it begins.
    private func begin() async throws -> TrainingProcess? {
        let corrections = try await corrections()
        guard let reason = try reason(corrections: corrections) else { return nil }
        try AtomicFile.createFolder(folder.path)
        if reason != .resume { try TrainingAttempt(time: Date(), corrections: corrections).write(in: folder) }
        logger.notice("training begins", metadata: ["reason": "\(reason.rawValue)"])
        return try TrainingProcess(arguments: ["train", "--by", reason.rawValue] + arguments)
    }

    /// Why a run begins.
    enum Reason: String {
        case schedule
        case corrections
        case resume
    }

    private var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }

    /// Why a run has to begin now; nil where none has.
    ///
    /// A scheduled time counts once, also when it passed while the service was down. Corrections count from the last
    /// attempt on, whatever became of it.
    func reason(corrections: Int, now: Date = Date()) throws -> Reason? {
        guard try folder.exists(folder.path) else { return try due(nil, corrections: corrections, now: now) }
        // Somebody trains already: a person, or a child of a service that was killed.
        guard let lock = try HeldLock(folder.lock) else { return nil }
        lock.release()
        if let (run, _) = try folder.unfinished() { return try folder.exists(run.stopRequest) ? nil : .resume }
        // A second run would be measured against a model that is about to change.
        if try folder.shadowing() != nil { return nil }
        return try due(try TrainingAttempt.read(in: folder), corrections: corrections, now: now)
    }

    private func due(_ last: TrainingAttempt?, corrections: Int, now: Date) throws -> Reason? {
        if let next = site.training.schedule?.next(after: last?.time ?? started), next <= now { return .schedule }
        guard let threshold = site.training.afterCorrections else { return nil }
        return corrections - (last?.corrections ?? 0) >= threshold ? .corrections : nil
    }

    private func report(_ status: Int32) {
        switch status {
        case 0: logger.notice("training ended")
        case 1: logger.notice("training ended without a model to use: see 'preread train list'")
        default: logger.error("training failed", metadata: ["status": "\(status)"])
        }
    }
}
