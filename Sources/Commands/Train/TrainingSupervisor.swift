import DurableFiles
import Foundation
import Ledger
import Logging
import Profiles
import ServiceLifecycle

/// Begins training runs by itself: at the site's times, after so many corrections, and to finish what was interrupted.
///
/// The training runs in a process of its own with low priority; this service only starts it, passes a stop on and tells
/// in the log how it ended. One that ends badly is tried again an hour later, or when a person asks for one.
struct TrainingSupervisor: Service {
    let site: SiteConfiguration
    /// The arguments by which the child finds the same site and models.
    let arguments: [String]
    /// Corrections that came, in the whole ledger.
    let corrections: @Sendable () async throws -> Int
    let logger: Logger
    /// What people ask for while the service runs.
    var requests = TrainingRequests()
    /// Scheduled times before the first attempt count from here.
    var started = Date()

    /// How often is looked for a person's wish or the end of a run; and every so many looks for another reason.
    private static let interval = Duration.seconds(1)
    private static let rounds = 15
    private static let patience: TimeInterval = 3_600

    func run() async throws {
        var process: TrainingProcess?
        var notBefore = Date.distantPast
        var round = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if let status = process?.poll() {
                process = nil
                report(status)
                if status != 0 { notBefore = Date().addingTimeInterval(Self.patience) }
            }
            if process == nil, let actor = requests.take() { process = try? begin(by: actor) }
            defer { round += 1 }
            if process == nil, round.isMultiple(of: Self.rounds), Date() >= notBefore {
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

    /// Starts a training because a person asked for it. What keeps it from running it says itself.
    private func begin(by actor: String) throws -> TrainingProcess {
        logger.notice("training begins", metadata: ["reason": "a person's wish"])
        // A user may be called like a reason.
        let name = Reason(rawValue: actor) == nil ? actor : "\(actor) (person)"
        do {
            return try TrainingProcess(arguments: ["train", "--by=\(name)"] + arguments)
        } catch {
            logger.error("training cannot be started", metadata: ["error": "\(error)"])
            throw error
        }
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
        if try folder.isBusy() { return nil }
        if let (run, _) = try folder.unfinished() { return try folder.exists(run.stopRequest) ? nil : .resume }
        // A second run would be measured against a model that is about to change.
        if try folder.shadowing() != nil { return nil }
        return try due(try TrainingAttempt.read(in: folder), corrections: corrections, now: now)
    }

    private func due(_ last: TrainingAttempt?, corrections: Int, now: Date) throws -> Reason? {
        if let next = site.training.schedule?.next(after: last?.time ?? started), next <= now { return .schedule }
        guard let threshold = site.training.afterCorrections else { return nil }
        return corrections - (try TrainingAttempt.lastCount(in: folder)) >= threshold ? .corrections : nil
    }

    private func report(_ status: Int32) {
        switch status {
        case 0: logger.notice("training ended")
        case 1: logger.notice("training ended without a model to use: see 'preread train list'")
        default: logger.error("training failed", metadata: ["status": "\(status)"])
        }
    }
}
