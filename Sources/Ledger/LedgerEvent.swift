/// What an event is about.
package enum EventSubject: Sendable, Hashable {
    case job(JobID)
    case file(FileID)
    case series(SeriesUID)
    case study(StudyUID)
    case correction(CorrectionID)
}

/// Something that happened, who did it and when. Events are appended and never changed.
package struct LedgerEvent: Sendable, Hashable, Identifiable {
    package let id: EventID
    package let time: Timestamp
    /// A worker, a person, or a part of the program such as `ingest`.
    package let actor: String
    package let subject: EventSubject
    /// What happened in one word, for example ``JobEvent``'s raw value.
    package let action: String
    /// A reason code or another short code; no patient data.
    package let detail: String?

    /// Collects a row of the ledger.
    package init(id: EventID, time: Timestamp, entry: EventEntry) {
        self.id = id
        self.time = time
        actor = entry.actor
        subject = entry.subject
        action = entry.action
        detail = entry.detail
    }
}

/// An event before it has a number and a time.
package struct EventEntry: Sendable, Hashable {
    package let actor: String
    package let subject: EventSubject
    package let action: String
    package let detail: String?

    package init(actor: String, subject: EventSubject, action: String, detail: String? = nil) {
        self.actor = actor
        self.subject = subject
        self.action = action
        self.detail = detail
    }
}
