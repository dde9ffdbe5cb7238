// The rules by which files become instances of the store.

extension LedgerStorage {
    mutating func admit(_ candidate: InstanceCandidate, at now: Timestamp) throws -> FileOutcome {
        let outcome = try judge(candidate, at: now)
        guard var file = try file(candidate.file) else { throw LedgerError.noFile(candidate.file) }
        file.digest = candidate.digest
        file.copy = candidate.storePath
        file.sopInstanceUID = candidate.identity.sopInstanceUID
        file.studyUID = candidate.identity.studyUID
        try settle(file, as: outcome, by: "ingest", at: now)
        if outcome.state == .stored { try store(candidate, at: now) }
        return outcome
    }

    /// Decides, and holds studies where identities do not agree.
    private mutating func judge(_ candidate: InstanceCandidate, at now: Timestamp) throws -> FileOutcome {
        let identity = candidate.identity
        if try instance(withDigest: candidate.digest) != nil { return .duplicate }
        let torn = try studiesTorn(by: identity)
        guard torn.isEmpty else {
            for study in torn { try hold(study, patientIdentity: identity.patientIdentity, at: now) }
            return .identityConflict
        }
        if try study(identity.studyUID)?.state == .held { return .identityConflict }
        if try instance(identity.sopInstanceUID) != nil {
            return .quarantined("UID_CONFLICT", message: "other bytes are in the store under this SOP Instance UID")
        }
        return .stored(flags: candidate.flags)
    }

    /// The studies between which an identity is torn, its own included; empty where it fits what is known.
    private func studiesTorn(by identity: InstanceIdentity) throws -> Set<StudyUID> {
        var torn: Set<StudyUID> = []
        if let study = try study(identity.studyUID), study.patientIdentity != identity.patientIdentity {
            torn.insert(study.uid)
        }
        if let series = try series(identity.seriesUID), series.study != identity.studyUID { torn.insert(series.study) }
        if let known = try instance(identity.sopInstanceUID)?.identity,
            known.studyUID != identity.studyUID || known.seriesUID != identity.seriesUID
                || known.patientIdentity != identity.patientIdentity
        {
            torn.insert(known.studyUID)
        }
        return torn.isEmpty ? [] : torn.union([identity.studyUID])
    }

    private mutating func hold(_ uid: StudyUID, patientIdentity: String, at now: Timestamp) throws {
        var study =
            try self.study(uid) ?? Study(uid: uid, patientIdentity: patientIdentity, state: .open, firstSeen: now)
        guard study.state != .held else { return }
        study.state = .held
        try save(study)
        let reason = JobReason.identityConflict
        try append(EventEntry(actor: "ingest", subject: .study(uid), action: "hold", detail: reason.code), at: now)
        for file in try files(ofStudy: uid, in: .stored) {
            try settle(file, as: .identityConflict, by: "ingest", at: now)
        }
        for var series in try series(ofStudy: uid) {
            series.state = .held
            series.reason = reason.code
            series.message = nil
            try save(series)
        }
        for job in try jobs(JobFilter(states: [.queued, .running, .needsPrompt], study: uid)) {
            try cancel(job, reason: reason, by: "ingest", at: now)
        }
    }

    private mutating func store(_ candidate: InstanceCandidate, at now: Timestamp) throws {
        let identity = candidate.identity
        try insert(Instance(candidate, stored: now))
        if try study(identity.studyUID) == nil {
            let patient = identity.patientIdentity
            try save(Study(uid: identity.studyUID, patientIdentity: patient, state: .open, firstSeen: now))
        }
        var series =
            try series(identity.seriesUID)
            ?? Series(uid: identity.seriesUID, study: identity.studyUID, modality: identity.modality, firstSeen: now)
        series.instanceCount += 1
        series.lastArrival = now
        series.state = .receiving
        series.reason = nil
        series.message = nil
        try save(series)
    }

    /// Puts a held study back to work with what is in the store.
    mutating func release(_ uid: StudyUID, by actor: String, at now: Timestamp) throws {
        guard var study = try study(uid) else { throw LedgerError.noStudy() }
        guard study.state == .held else { throw LedgerError(.illegalTransition, "the study is not held") }
        study.state = .open
        try save(study)
        try append(EventEntry(actor: actor, subject: .study(uid), action: "release"), at: now)
        for file in try files(ofStudy: uid, in: .quarantined) {
            // Only the files that are instances; those that brought the conflict stay where they are.
            guard let sop = file.sopInstanceUID, let instance = try instance(sop), instance.file == file.id
            else { continue }
            try settle(file, as: .stored(flags: instance.flags), by: actor, at: now)
        }
        for var series in try series(ofStudy: uid) where series.state == .held {
            series.state = .receiving
            series.reason = nil
            series.lastArrival = now
            try save(series)
        }
    }
}

extension FileOutcome {
    fileprivate static let identityConflict = FileOutcome.quarantined(
        "IDENTITY_CONFLICT",
        message: "patient, study and series do not agree: the study is held"
    )
}
