import DICOMFiles
import Dispatch
import DurableFiles
import Foundation
import Ledger
import Logging
import ServiceLifecycle
import Synchronization

/// Finds what a job names: its profile, atlas and model.
package protocol JobResources: Sendable {
    /// Loads what the job needs, or says in words that an operator can act on why it cannot be had.
    func resources(for job: Job) throws -> (source: AnnotationRequest.Source, model: LoadedModel)
}

/// Takes jobs from the ledger, one after the other, and annotates their series.
///
/// A job is leased with a heartbeat. When the lease is lost the run stops and publishes nothing; results under a lost
/// lease touch no row. On graceful shutdown the running job is given back.
package struct AnnotationWorker: Service {
    /// What a worker is told.
    package struct Configuration: Sendable {
        /// Shown in events; unique among the workers of a ledger.
        package var id: WorkerID
        /// Where the ledger's store paths begin.
        package var store: RawPath
        /// Where results go.
        package var output: RawPath
        package var program: ProgramIdentity
        package var lease: Duration
        /// How long to wait when there is nothing to do.
        package var idlePoll: Duration

        package init(
            id: WorkerID,
            store: RawPath,
            output: RawPath,
            program: ProgramIdentity,
            lease: Duration = .seconds(60),
            idlePoll: Duration = .seconds(1)
        ) {
            self.id = id
            self.store = store
            self.output = output
            self.program = program
            self.lease = lease
            self.idlePoll = idlePoll
        }
    }

    private let queue: any JobQueue
    private let resources: any JobResources
    private let configuration: Configuration
    private let logger: Logger

    package init(
        queue: any JobQueue,
        resources: any JobResources,
        configuration: Configuration,
        logger: Logger
    ) {
        self.queue = queue
        self.resources = resources
        self.configuration = configuration
        self.logger = logger
    }

    /// Works until graceful shutdown.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if try await workUnlessLedgerFails() { continue }
                try? await Task.sleep(for: configuration.idlePoll)
            }
        }
    }

    /// As ``workOnce()``; what may pass, such as a full disk under the ledger, is logged and waited out.
    private func workUnlessLedgerFails() async throws -> Bool {
        do {
            return try await workOnce()
        } catch let error as LedgerError {
            guard error.mayPass else { throw error }
            logger.error("the ledger failed; the worker goes on", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Works on the next job, if there is one; returns whether there was.
    ///
    /// - Throws: the ledger's errors. What goes wrong with the job itself is recorded there.
    package func workOnce() async throws -> Bool {
        guard let leased = try await queue.claimNext(by: configuration.id, leaseFor: configuration.lease) else {
            return false
        }
        logger.info("annotating", metadata: ["job": "\(leased.job.id.rawValue)", "attempt": "\(leased.job.attempts)"])
        let stop = StopSignal()
        let ending = await withTaskGroup(of: Ending?.self) { group in
            group.addTask { await self.heartbeat(leased.lease, stop: stop) }
            group.addTask { await self.annotate(leased, stop: stop) }
            var ending = Ending.failed(
                JobReason("INTERNAL", message: "the run ended without a result"),
                retryable: true
            )
            while let next = await group.next() {
                guard let next else { continue }
                ending = next
                break
            }
            group.cancelAll()
            return ending
        }
        try await record(ending, of: leased)
        return true
    }

    /// How a run ended.
    private enum Ending: Sendable {
        case finished(JobResult)
        case needsPrompt(JobReason)
        case failed(JobReason, retryable: Bool)
        case stopped
    }

    private func record(_ ending: Ending, of leased: LeasedJob) async throws {
        let id: Logger.MetadataValue = "\(leased.job.id.rawValue)"
        let counted: Bool
        switch ending {
        case .finished(let result):
            counted = try await queue.publish(result, under: leased.lease)
            logger.info("annotated", metadata: ["job": id])
        case .needsPrompt(let reason):
            counted = try await queue.requirePrompt(reason, under: leased.lease)
            logger.notice("needs a prompt", metadata: ["job": id, "reason": "\(reason.code)"])
        case .failed(let reason, let retryable):
            counted = try await queue.fail(reason, retryable: retryable, under: leased.lease)
            logger.error("failed", metadata: ["job": id, "reason": "\(reason.code)", "retryable": "\(retryable)"])
        case .stopped:
            counted = try await queue.giveBack(leased.lease)
            logger.notice("stopped", metadata: ["job": id])
        }
        if !counted { logger.notice("the lease was lost, nothing was published", metadata: ["job": id]) }
    }

    /// Renews the lease until the group is cancelled; a lost lease stops the run.
    private func heartbeat(_ lease: Lease, stop: StopSignal) async -> Ending? {
        while !Task.isCancelled {
            try? await Task.sleep(for: configuration.lease / 3)
            guard !Task.isCancelled else { break }
            do {
                if try await queue.heartbeat(lease, extendBy: configuration.lease) == nil {
                    stop.raise()
                    logger.notice(
                        "the lease is lost, stopping at the next slice",
                        metadata: ["job": "\(lease.job.rawValue)"]
                    )
                    break
                }
            } catch {
                logger.warning("the lease could not be renewed", metadata: ["job": "\(lease.job.rawValue)"])
            }
        }
        return nil
    }

    private func annotate(_ leased: LeasedJob, stop: StopSignal) async -> Ending {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Hours of computing would block the cooperative pool: a thread of its own.
                Self.computeQueue.async { continuation.resume(returning: self.compute(leased, stop: stop)) }
            }
        } onCancel: {
            stop.raise()
            logger.info("stopping at the next slice", metadata: ["job": "\(leased.job.id.rawValue)"])
        }
    }

    private static let computeQueue = DispatchQueue(label: "preread.annotate", attributes: .concurrent)

    private func compute(_ leased: LeasedJob, stop: StopSignal) -> Ending {
        do {
            let (source, model) = try resources.resources(for: leased.job)
            let request = AnnotationRequest(
                series: try ImageSeries(leased.instances, in: configuration.store),
                source: source,
                model: model,
                program: configuration.program,
                // Of the job, not of the attempt: every attempt writes the same bytes, so that a worker that lost its
                // lease cannot put other bytes under the UID and the digest that another one published.
                instant: Date(timeIntervalSince1970: Double(leased.job.created.milliseconds) / 1_000)
            )
            let outcome = try AnnotationPipeline(output: configuration.output).run(request) { _, _, _ in
                !stop.isRaised
            }
            switch outcome {
            case .annotated(let result): return .finished(JobResult(result))
            case .needsPrompt(let code, let message): return .needsPrompt(JobReason(code, message: message))
            }
        } catch AnnotationError.cancelled {
            return .stopped
        } catch {
            let failure = JobFailure(error)
            return .failed(failure.reason, retryable: failure.isRetryable)
        }
    }
}

/// A flag that one side raises and the other looks at between slices.
private final class StopSignal: Sendable {
    private let raised = Mutex(false)

    var isRaised: Bool { raised.withLock { $0 } }

    func raise() { raised.withLock { $0 = true } }
}

extension JobResult {
    /// The ledger's view of a result; paths are relative to the output folder.
    init(_ result: AnnotationResult) {
        let file = result.receipt.segmentation.flatMap { written in
            ContentDigest(hex: written.sha256.hex).map { digest in
                SegmentationFile(
                    path: "\(result.folder)/\(AnnotationResult.FileName.segmentation)",
                    digest: digest,
                    sopInstanceUID: InstanceUID(written.sopInstanceUID)
                )
            }
        }
        self.init(
            segmentation: file,
            receiptPath: "\(result.folder)/\(AnnotationResult.FileName.receipt)",
            instability: result.instability
        )
    }
}
