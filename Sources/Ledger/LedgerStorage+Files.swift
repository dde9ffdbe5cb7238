// The rules for dropped files.

extension LedgerStorage {
    mutating func record(_ sighting: FileSighting, in root: String, at now: Timestamp) throws -> DroppedFile {
        guard var known = try currentFile(root: root, path: sighting.path) else {
            return try insertFile(root: root, sighting: sighting, at: now)
        }
        if known.fingerprint == sighting.fingerprint { return known }
        known.updated = now
        if known.outcome.state == .pending {
            known.fingerprint = sighting.fingerprint
            try update(known)
            return known
        }
        known.isCurrent = false
        try update(known)
        return try insertFile(root: root, sighting: sighting, at: now)
    }

    mutating func withdraw(_ id: FileID, at now: Timestamp) throws {
        var file = try existing(id)
        guard file.isCurrent else { return }
        file.isCurrent = false
        file.updated = now
        try update(file)
        try append(EventEntry(actor: "ingest", subject: .file(id), action: "withdraw"), at: now)
    }

    mutating func resolve(_ resolution: FileResolution, at now: Timestamp) throws {
        var file = try existing(resolution.file)
        let digest = resolution.digest ?? file.digest
        let copy = resolution.copy ?? file.copy
        // Repeating what is on record already, as after a back-off, is no news.
        if file.outcome == resolution.outcome, file.digest == digest, file.copy == copy { return }
        file.digest = digest
        file.copy = copy
        try settle(file, as: resolution.outcome, by: "ingest", at: now)
    }

    mutating func release(_ id: FileID, by actor: String, at now: Timestamp) throws {
        let file = try existing(id)
        if let study = file.studyUID, try self.study(study)?.state == .held {
            throw LedgerError(.illegalTransition, "file \(id.rawValue) belongs to a held study: release the study")
        }
        guard file.outcome.state == .quarantined || file.outcome.state == .ignored else {
            throw LedgerError(.illegalTransition, "file \(id.rawValue) is \(file.outcome.state.rawValue)")
        }
        try settle(file, as: .pending(), by: actor, at: now)
    }

    /// Gives a file an outcome where the states allow it, and writes the row.
    mutating func settle(_ file: DroppedFile, as outcome: FileOutcome, by actor: String, at now: Timestamp) throws {
        let state = file.outcome.state
        guard state == outcome.state || state.canBecome(outcome.state) else {
            let step = "\(state.rawValue) cannot become \(outcome.state.rawValue)"
            throw LedgerError(.illegalTransition, "file \(file.id.rawValue): \(step)")
        }
        var settled = file
        settled.outcome = outcome
        settled.updated = now
        try update(settled)
        let action = outcome.state.rawValue
        try append(
            EventEntry(actor: actor, subject: .file(file.id), action: action, detail: outcome.reason),
            at: now
        )
    }

    private func existing(_ id: FileID) throws -> DroppedFile {
        guard let file = try file(id) else { throw LedgerError.noFile(id) }
        return file
    }
}
