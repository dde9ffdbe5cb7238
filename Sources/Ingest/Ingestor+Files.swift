import DICOMFiles
import DurableFiles
import Ledger
import Logging

extension Ingestor {
    /// A file that waits for its verdict, and how it came to that.
    private struct Ready {
        let path: RawPath
        let file: DroppedFile
        var timedOut = false
    }

    /// What a batch leaves to be committed.
    private struct Verdicts {
        var resolutions: [FileResolution] = []
        var images: [(ready: Ready, header: InstanceHeader, staged: InstanceStore.Staged)] = []
        var candidates: [InstanceCandidate] = []
        var judged: [Ready] = []
        var folders: Set<RawPath> = []
    }

    /// Judges what has settled.
    func takeIn(_ entries: [FolderScan.Entry], in report: inout IngestReport) async throws {
        let now = surroundings.clock.now()
        var ready: [Ready] = []
        for entry in entries {
            guard let file = known[entry.name], file.outcome.state == .pending else { continue }
            if let next = judgeable(entry, file, at: now) { ready.append(next) }
        }
        report.backlog = max(0, ready.count - configuration.filesPerRound)
        try await takeIn(Array(ready.prefix(configuration.filesPerRound)), in: &report)
    }

    /// Judges files that a person released and whose originals are gone.
    func takeInReleased(in report: inout IngestReport) async throws {
        let released = try await ledger.files(FileFilter(states: [.pending], root: configuration.rootLabel, examinedOnly: true))
        var ready: [Ready] = []
        for file in released {
            let path = RawPath(bytes: file.path.bytes)
            if backOff.isWaiting(path, at: surroundings.clock.now()) { continue }
            guard file.copy == nil else {
                ready.append(Ready(path: path, file: file))
                continue
            }
            // Without a copy only the original can be judged: it settles again if it is there.
            if known[path]?.id == file.id { known[path] = file }
        }
        try await takeIn(ready, in: &report)
    }

    private func judgeable(_ entry: FolderScan.Entry, _ file: DroppedFile, at now: Duration) -> Ready? {
        let ready = Ready(path: entry.name, file: file)
        // Links and pipes do not grow: what they are is known at once.
        guard entry.kind == .file else { return ready }
        switch settle.observe(entry.name, entry.fingerprint, at: now) {
        case .wait: return nil
        case .timedOut: return Ready(path: entry.name, file: file, timedOut: true)
        case .settled: return backOff.isWaiting(entry.name, at: now) ? nil : ready
        }
    }

    private func takeIn(_ ready: [Ready], in report: inout IngestReport) async throws {
        for batch in batches(of: ready) where report.pause == nil {
            var verdicts = Verdicts()
            do {
                for ready in batch where report.pause == nil {
                    try await judge(ready, into: &verdicts, in: &report)
                }
                try await commit(&verdicts, in: &report)
            } catch {
                // Copies that have their places are kept: the next round finds them there.
                for image in verdicts.images { store.discard(image.staged.path) }
                throw error
            }
        }
    }

    // MARK: - One file

    private func judge(_ ready: Ready, into verdicts: inout Verdicts, in report: inout IngestReport) async throws {
        guard try await hasSpace(for: ready.file.fingerprint.size) else {
            report.pause = .outOfSpace
            return
        }
        let examination = FileExamination(
            folder: surroundings.folder,
            store: store,
            inspector: surroundings.inspector,
            work: work,
            configuration: configuration
        )
        let examined =
            ready.timedOut
            ? await examination.examineIncomplete(ready.file) : await examination.examine(ready.file)
        switch examined {
        case .image(let header, let staged):
            verdicts.images.append((ready, header, staged))
        case .other(let outcome):
            verdicts.resolutions.append(FileResolution(file: ready.file.id, outcome: outcome))
            verdicts.judged.append(ready)
            report.count(outcome)
        case .ignored(let outcome, let digest):
            verdicts.resolutions.append(FileResolution(file: ready.file.id, outcome: outcome, digest: digest))
            verdicts.judged.append(ready)
            report.count(outcome)
        case .quarantined(let outcome, let staged):
            try await quarantine(ready, outcome, staged, into: &verdicts)
            report.count(outcome)
        case .unreadable(let outcome):
            backOff.failed(ready.path, at: surroundings.clock.now())
            verdicts.resolutions.append(FileResolution(file: ready.file.id, outcome: outcome))
            report.count(outcome)
        case .moved:
            settle.forget(ready.path)
        case .storeFailed(let error):
            logger.error("the store cannot take a file", metadata: ["error": "\(error)"])
            report.pause = error.isOutOfSpace ? .outOfSpace : .storeFailed
        }
    }

    private func hasSpace(for size: Int64) async throws(FileError) -> Bool {
        let store = store
        let free = try await work.run(throwing: { () throws(FileError) in try store.freeSpace() })
        return free - size >= configuration.reservedSpace
    }

    /// Gives a copy that is to be kept its place, and notes the verdict.
    private func quarantine(
        _ ready: Ready,
        _ outcome: FileOutcome,
        _ staged: InstanceStore.Staged,
        into verdicts: inout Verdicts
    ) async throws {
        let copy = try await place(staged, in: .quarantine, noting: &verdicts)
        verdicts.resolutions.append(
            FileResolution(file: ready.file.id, outcome: outcome, digest: staged.digest, copy: copy)
        )
        verdicts.judged.append(ready)
    }

    private func place(
        _ staged: InstanceStore.Staged,
        in place: InstanceStore.Place,
        noting verdicts: inout Verdicts
    ) async throws(FileError) -> String {
        let store = store
        let placed = try await work.run(throwing: { () throws(FileError) in try store.place(staged, in: place) })
        verdicts.folders.insert(placed.folder)
        return placed.path
    }

    // MARK: - Commit

    /// Files first, rows second: whatever a row speaks of is on the disk before the row is.
    private func commit(_ verdicts: inout Verdicts, in report: inout IngestReport) async throws {
        try await placeImages(&verdicts)
        let store = store
        let folders = verdicts.folders
        try await work.run(throwing: { () throws(FileError) in try store.sync(folders) })
        if !verdicts.resolutions.isEmpty { try await ledger.resolve(verdicts.resolutions) }
        if !verdicts.candidates.isEmpty {
            for outcome in try await ledger.admit(verdicts.candidates) { report.count(outcome) }
        }
        for ready in verdicts.judged {
            settle.forget(ready.path)
            backOff.forget(ready.path)
            guard let file = try await ledger.file(ready.file.id), file.isCurrent else { continue }
            known[ready.path] = file
            try await removeOriginal(of: file, at: ready.path)
        }
    }

    /// Images go among the instances, or into quarantine where the ledger will not have them.
    private func placeImages(_ verdicts: inout Verdicts) async throws {
        var candidates: [InstanceCandidate] = []
        for image in verdicts.images {
            candidates.append(try candidate(image.ready.file, image.header, image.staged, place: .instances))
        }
        let outcomes = candidates.isEmpty ? [] : try await ledger.previewAdmission(candidates)
        for (image, outcome) in zip(verdicts.images, outcomes) {
            let place: InstanceStore.Place = outcome.state == .quarantined ? .quarantine : .instances
            _ = try await self.place(image.staged, in: place, noting: &verdicts)
            verdicts.candidates.append(
                try candidate(image.ready.file, image.header, image.staged, place: place)
            )
            verdicts.judged.append(image.ready)
        }
    }

    private func candidate(
        _ file: DroppedFile,
        _ header: InstanceHeader,
        _ staged: InstanceStore.Staged,
        place: InstanceStore.Place
    ) throws -> InstanceCandidate {
        let path = store.path(of: staged.digest, in: place)
        return InstanceCandidate(
            file: file.id,
            identity: InstanceIdentity(
                sopClassUID: header.sopClassUID,
                sopInstanceUID: InstanceUID(header.sopInstanceUID),
                seriesUID: SeriesUID(header.seriesInstanceUID),
                studyUID: StudyUID(header.studyInstanceUID),
                patientIdentity: header.patientIdentity.hex,
                modality: header.modality
            ),
            digest: staged.digest,
            size: staged.size,
            storePath: path,
            flags: header.flags.map(\.rawValue).sorted(),
            header: try StoredHeader.encode(header, storePath: path)
        )
    }

    /// Removes an original that is safely in the store, where the site wants that and nobody has touched it since.
    private func removeOriginal(of file: DroppedFile, at path: RawPath) async throws(LedgerError) {
        guard configuration.deletesAfterIngest, file.outcome.state == .stored || file.outcome.state == .duplicate
        else { return }
        let folder = surroundings.folder
        let seen = file.fingerprint
        let removal: Result<Bool, FileError> = await work.run {
            do throws(FileError) {
                guard try folder.open(path).fingerprint() == seen else { return .success(false) }
                try folder.remove(path)
                return .success(true)
            } catch {
                return .failure(error)
            }
        }
        switch removal {
        case .success(true):
            try await ledger.withdraw([file.id])
            forget(path)
        case .success(false): break
        case .failure(let error):
            let metadata: Logger.Metadata = ["file": "\(file.id.rawValue)", "error": "\(error)"]
            logger.warning("an original was not removed", metadata: metadata)
        }
    }
}
