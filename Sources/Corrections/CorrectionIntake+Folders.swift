import DICOMFiles
import DurableFiles
import Glibc
import Ingest
import Ledger
import Logging

extension CorrectionIntake {
    func takeIn(_ watched: WatchedFolder, in report: inout CorrectionRound) async throws {
        guard var watch = watches[watched.label] else { return }
        defer { watches[watched.label] = watch }
        let folder = watched.folder
        let listing = try await work.run(throwing: { () throws(FileError) in try folder.scan() })
        report.unreadableFolders += listing.unreadable.count
        try await recall(&watch, watched.label)
        try await record(listing.entries, watched.label, &watch)
        for entry in listing.entries where !report.isOutOfSpace {
            try await takeIn(entry, watched, &watch, in: &report)
        }
        guard listing.unreadable.isEmpty else { return }
        let gone = watch.absence.gone(of: watch.known.keys, present: Set(listing.entries.map(\.name)))
        guard !gone.isEmpty else { return }
        try await ledger.withdraw(gone.compactMap { watch.known[$0]?.id })
        for path in gone { watch.forget(path) }
    }

    /// Rows of earlier runs, and those that a person has released since.
    private func recall(_ watch: inout FolderWatch, _ label: String) async throws(LedgerError) {
        let states: Set<FileState>? = watch.isFirstRound ? nil : [.pending]
        for file in try await ledger.files(FileFilter(states: states, root: label, currentOnly: true)) {
            watch.known[RawPath(bytes: file.path.bytes)] = file
        }
        watch.isFirstRound = false
    }

    private func record(
        _ entries: [FolderScan.Entry],
        _ label: String,
        _ watch: inout FolderWatch
    ) async throws(LedgerError) {
        let news = entries.filter { watch.known[$0.name]?.fingerprint != $0.fileFingerprint }
        guard !news.isEmpty else { return }
        let sightings = news.map {
            FileSighting(path: DroppedPath(bytes: $0.name.bytes), fingerprint: $0.fileFingerprint)
        }
        for (entry, file) in zip(news, try await ledger.record(sightings, in: label)) { watch.known[entry.name] = file }
    }

    // MARK: - One file

    private func takeIn(
        _ entry: FolderScan.Entry,
        _ watched: WatchedFolder,
        _ watch: inout FolderWatch,
        in report: inout CorrectionRound
    ) async throws {
        guard let file = watch.known[entry.name], file.outcome.state == .pending else { return }
        let now = surroundings.clock.now()
        var isIncomplete = false
        if entry.kind == .file {
            switch watch.settle.observe(entry.name, entry.fileFingerprint, at: now) {
            case .wait: return
            case .timedOut: isIncomplete = true
            case .settled: break
            }
            if watch.backOff.isWaiting(entry.name, at: now) { return }
        }
        guard try await hasSpace(for: file.fingerprint.size) else {
            report.isOutOfSpace = true
            logger.error("intake of corrections pauses", metadata: ["cause": "outOfSpace"])
            return
        }
        switch await copy(entry, file, watched.folder) {
        case .success(let placed):
            try await receive(placed, file, watched, isIncomplete: isIncomplete)
            report.received += 1
        case .failure(let error):
            try await note(error, file, entry, &watch, in: &report)
        }
        guard let settled = try await ledger.file(file.id), settled.outcome.state.isFinal else { return }
        watch.settle.forget(entry.name)
        watch.backOff.forget(entry.name)
        watch.known[entry.name] = settled
        try await removeOriginal(of: settled, entry.name, watched.folder, &watch)
    }

    private func copy(
        _ entry: FolderScan.Entry,
        _ file: DroppedFile,
        _ folder: any DropFolder
    ) async -> Result<Placed, FileError> {
        guard entry.kind == .file else { return .failure(.notRegular) }
        guard file.fingerprint.size <= configuration.maximumFileSize else { return .failure(.tooLarge) }
        let store = store
        return await work.run {
            do throws(FileError) {
                return .success(try Self.place(try folder.open(entry.name), expecting: file.fingerprint, in: store))
            } catch {
                return .failure(error)
            }
        }
    }

    private func receive(
        _ placed: Placed,
        _ file: DroppedFile,
        _ watched: WatchedFolder,
        isIncomplete: Bool
    ) async throws(LedgerError) {
        let receipt = try await ledger.receive(
            CorrectionSubmission(
                intent: watched.intent,
                digest: placed.digest,
                size: placed.size,
                storePath: placed.path,
                file: file.id,
                submittedBy: "folder \(watched.label)"
            )
        )
        guard isIncomplete, receipt.correction.state == .received else { return }
        let verdict = CorrectionFinding.Verdict.held(CorrectionReason.incomplete.reason())
        _ = try await ledger.settle(receipt.correction.id, as: CorrectionFinding(verdict))
    }

    /// What kept a file from being copied.
    private func note(
        _ error: FileError,
        _ file: DroppedFile,
        _ entry: FolderScan.Entry,
        _ watch: inout FolderWatch,
        in report: inout CorrectionRound
    ) async throws(LedgerError) {
        let outcome: FileOutcome
        switch (error.errno, error.reason) {
        case (0, FileError.tooLarge.reason):
            outcome = .quarantined(
                ReasonCode.tooLarge.rawValue,
                message: "the file is larger than \(configuration.maximumFileSize) bytes, and stays where it is"
            )
        case (0, _), (ELOOP, _), (ENXIO, _), (ENODEV, _):
            outcome = .ignored(ReasonCode.notRegular.rawValue, message: "not a regular file")
        case (ENOENT, _), (ENOTDIR, _), (ESTALE, _):
            watch.settle.forget(entry.name)
            return
        case (ENOSPC, _), (EDQUOT, _):
            report.isOutOfSpace = true
            return
        default:
            watch.backOff.failed(entry.name, at: surroundings.clock.now())
            report.waiting += 1
            outcome = .pending(ReasonCode.accessDenied.rawValue, message: "the file cannot be read: \(error)")
        }
        try await ledger.resolve([FileResolution(file: file.id, outcome: outcome)])
    }

    /// Removes an original that is safely in the store, where the site wants that and nobody has touched it since.
    private func removeOriginal(
        of file: DroppedFile,
        _ path: RawPath,
        _ folder: any DropFolder,
        _ watch: inout FolderWatch
    ) async throws(LedgerError) {
        guard configuration.deletesAfterIngest, file.outcome.state == .stored || file.outcome.state == .duplicate
        else { return }
        let seen = file.fingerprint
        let isRemoved = await work.run {
            do throws(FileError) {
                guard try folder.open(path).fingerprint() == seen else { return false }
                try folder.remove(path)
                return true
            } catch {
                return false
            }
        }
        guard isRemoved else {
            logger.warning("a corrected original was not removed", metadata: ["file": "\(file.id.rawValue)"])
            return
        }
        try await ledger.withdraw([file.id])
        watch.forget(path)
    }
}

extension FolderScan.Entry {
    fileprivate var fileFingerprint: FileFingerprint {
        FileFingerprint(size: Int64(size), modified: modified, inode: inode)
    }
}

extension FileError {
    fileprivate static let tooLarge = FileError(operation: "read", subject: "correction", errno: 0, reason: "too large")
}
