import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import Ingest
import Ledger
import Logging

/// Takes in what people hand in: from watched folders round by round, and file by file from the command line.
///
/// A file is copied durably, put on record, and only then read and judged. Each of the three steps can be repeated: the copy's
/// name is its digest, the row is unique for the bytes, and a correction is settled once.
package actor CorrectionIntake {
    /// A folder and what a file in it means.
    package struct WatchedFolder: Sendable {
        package let intent: CorrectionIntent
        package let folder: any DropFolder
        /// The label in the ledger.
        package let label: String

        package init(_ intent: CorrectionIntent, _ folder: any DropFolder, label: String) {
            self.intent = intent
            self.folder = folder
            self.label = label
        }
    }

    /// What an intake works with.
    package struct Surroundings: Sendable {
        package let folders: [WatchedFolder]
        package let store: RawPath
        package let ledger: any JobLedger
        package let judge: CorrectionJudge
        package let clock: any IngestClock
        package let logger: Logger

        /// - Parameters:
        ///   - folders: what is watched.
        ///   - store: where copies go, and where store paths begin.
        ///   - results: where the paths of results begin.
        ///   - ledger: what is told.
        ///   - reader: what reads files that anybody may have made.
        ///   - clock: what settling goes by.
        ///   - logger: gets numbers and reason codes.
        package init(
            folders: [WatchedFolder],
            store: RawPath,
            results: RawPath,
            ledger: any JobLedger,
            reader: any CorrectionReader,
            clock: any IngestClock = MonotonicClock(),
            logger: Logger = Logger(label: "preread.corrections")
        ) {
            self.folders = folders
            self.store = store
            self.ledger = ledger
            judge = CorrectionJudge(ledger: ledger, store: store, results: results, reader: reader)
            self.clock = clock
            self.logger = logger
        }
    }

    let surroundings: Surroundings
    let configuration: IngestConfiguration
    let store: InstanceStore
    let work = BlockingWork(name: "correction intake")
    var watches: [String: FolderWatch]

    /// Prepares the store; nothing is read yet.
    ///
    /// Of the configuration the times, the largest size, the reserved space and the removal of originals count.
    package init(_ surroundings: Surroundings, configuration: IngestConfiguration) throws(FileError) {
        self.surroundings = surroundings
        self.configuration = configuration
        store = try InstanceStore(surroundings.store)
        watches = surroundings.folders.reduce(into: [:]) { found, folder in
            found[folder.label] = FolderWatch(configuration)
        }
    }

    var ledger: any JobLedger { surroundings.ledger }
    var logger: Logger { surroundings.logger }

    /// Takes in what has settled in each folder, and judges what waits for it.
    ///
    /// - Throws: `FileError` where a folder cannot be listed, `LedgerError` where the ledger fails; the next round goes on where it
    ///   stood.
    package func round() async throws -> CorrectionRound {
        var report = CorrectionRound()
        for folder in surroundings.folders { try await takeIn(folder, in: &report) }
        try await judgeReceived(in: &report)
        return report
    }

    /// Takes in one file that a person named, and judges it: as a correction of the job that they say, if any. `work` is what
    /// it cost them.
    ///
    /// - Returns: the correction as it stands; `received` where it cannot be judged now.
    /// - Throws: `FileError` where the file cannot be read or copied, `LedgerError`, ``CorrectionJudge/Unavailable``.
    package func submit(
        _ file: RawPath,
        _ intent: CorrectionIntent,
        byNumber: Bool,
        for job: JobID? = nil,
        from user: String,
        work cost: ReviewWork = .unknown
    ) async throws -> CorrectionReceipt {
        guard try await hasSpace(for: 0) else {
            throw FileError(operation: "write", subject: "store copy", errno: ENOSPC)
        }
        let store = store
        let placed = try await work.run(throwing: { () throws(FileError) in
            let opened = try ReadOnlyFile(file, subject: "correction")
            let copied = fcntl(opened.descriptor, F_DUPFD_CLOEXEC, 0)
            guard copied >= 0 else { throw FileError(operation: "dup", subject: "correction", errno: errno) }
            return try Self.place(DroppedHandle(descriptor: copied), expecting: nil, in: store)
        })
        let receipt = try await ledger.receive(
            CorrectionSubmission(
                intent: intent,
                digest: placed.digest,
                size: placed.size,
                storePath: placed.path,
                submittedBy: user,
                matchesByNumber: byNumber,
                job: job,
                work: cost
            )
        )
        guard receipt.correction.state == .received else { return receipt }
        let settled = try await settle(receipt.correction)
        return CorrectionReceipt(correction: settled, isDuplicate: receipt.isDuplicate)
    }

    /// Judges a correction that was received, and records the verdict.
    package func settle(_ correction: Correction) async throws -> Correction {
        let finding = try await surroundings.judge.judge(correction)
        let settled = try await ledger.settle(correction.id, as: finding)
        logger.info(
            "correction judged",
            metadata: [
                "correction": "\(settled.id.rawValue)", "state": "\(settled.state.rawValue)",
                "reason": "\(settled.reason?.code ?? "none")",
                "job": "\(settled.job.map { "\($0.rawValue)" } ?? "none")",
            ]
        )
        return settled
    }

    private func judgeReceived(in report: inout CorrectionRound) async throws {
        for correction in try await ledger.corrections(CorrectionFilter(states: [.received])) {
            do {
                report.judged.append(try await settle(correction))
            } catch let error as CorrectionJudge.Unavailable {
                // One file must not hold up the others; it is tried again in the next round.
                report.waiting += 1
                let metadata: Logger.Metadata = ["correction": "\(correction.id.rawValue)", "error": "\(error)"]
                logger.error("a correction cannot be judged now", metadata: metadata)
            }
        }
    }

    // MARK: - Copies

    /// A copy under its final name.
    struct Placed: Sendable {
        let path: String
        let digest: ContentDigest
        let size: Int64
    }

    /// Copies an open file under the name that its contents give it; durable when this returns.
    static func place(
        _ handle: borrowing DroppedHandle,
        expecting seen: FileFingerprint?,
        in store: InstanceStore
    ) throws(FileError) -> Placed {
        let staged: InstanceStore.Staged
        do throws(InstanceStore.CopyError) {
            staged = try store.stage(handle, expecting: seen)
        } catch {
            switch error {
            case .source(let error), .store(let error): throw error
            case .notRegular: throw .notRegular
            case .changed: throw .changed
            }
        }
        let placed = try store.place(staged, in: .corrections)
        // The new folder's own entry was synced when it was made.
        try store.sync([placed.folder])
        return Placed(path: placed.path, digest: staged.digest, size: staged.size)
    }

    func hasSpace(for size: Int64) async throws(FileError) -> Bool {
        let store = store
        let free = try await work.run(throwing: { () throws(FileError) in try store.freeSpace() })
        return free - size >= configuration.reservedSpace
    }
}

extension FileError {
    static let notRegular = FileError(operation: "open", subject: "correction", errno: 0, reason: "not a regular file")
    /// The next scan sees what is there now.
    static let changed = FileError(operation: "read", subject: "correction", errno: ESTALE, reason: "it changed")
}
