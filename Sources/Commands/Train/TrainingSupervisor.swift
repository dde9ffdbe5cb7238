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
    /// Corrections that count, in the whole ledger.
    let corrections: @Sendable () async throws -> Int
    let logger: Logger

    private static let interval = Duration.seconds(15)
    private static let patience: TimeInterval = 3_600

    func run() async throws {
        var process: TrainingProcess?
        var notBefore = Date.distantPast
        var began = Date()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if let status = process?.poll() {
                process = nil
                report(status)
                if status != 0 { notBefore = Date().addingTimeInterval(Self.patience) }
            }
            if process == nil, Date() >= notBefore, let reason = try await reason(since: &began) {
                logger.notice("training begins", metadata: ["reason": "\(reason.rawValue)"])
                do {
                    process = try TrainingProcess(arguments: ["train", "--by", reason.rawValue] + arguments)
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

    /// Why a run begins.
    enum Reason: String {
        case schedule
        case corrections
        case resume
    }

    /// Why a run has to begin now; nil where none has. A scheduled time counts once, from `began` on.
    func reason(since began: inout Date, now: Date = Date()) async throws -> Reason? {
        let folder = TrainingFolder(path: site.training.folder)
        let isShadowing: Bool
        do {
            if let (run, _) = try folder.unfinished() { return folder.exists(run.stopRequest) ? nil : .resume }
            isShadowing = try folder.shadowing() != nil
        } catch {
            logger.error("a training run cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
        let isDue = site.training.schedule?.next(after: began).map { $0 <= now } ?? false
        if isDue { began = now }
        // A second run would be measured against a model that is about to change. Its time is passed over.
        if isShadowing { return nil }
        if isDue { return .schedule }
        guard let threshold = site.training.afterCorrections else { return nil }
        let known = (try? folder.latest())?.corrections ?? 0
        do {
            return try await corrections() - known >= threshold ? .corrections : nil
        } catch {
            logger.error("corrections cannot be counted", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func report(_ status: Int32) {
        switch status {
        case 0: logger.notice("training ended")
        case 1: logger.notice("training ended without a model to use: see 'preread train list'")
        default: logger.error("training failed", metadata: ["status": "\(status)"])
        }
    }
}
