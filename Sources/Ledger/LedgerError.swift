/// A ledger that could not do what it was asked, in words that an operator can act on.
///
/// Neither the message nor the description holds values of rows: those are patient data.
package struct LedgerError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure this is.
    package enum Code: Sendable, Hashable {
        /// No row of that number or UID exists.
        case notFound
        /// The state machine has no such step, for example a review of a queued job.
        case illegalTransition
        /// The device or the quota is full; the same call can succeed later.
        case outOfSpace
        /// The ledger cannot be opened, read or written.
        case unavailable
        /// Another process owns the ledger.
        case locked
        /// The stored ledger is damaged.
        case corrupt
        /// The stored ledger was written by a later version of the program.
        case newerSchema
    }

    package let code: Code
    /// What went wrong and what can be done about it.
    package let message: String
    /// The failure beneath, in words; without values of rows.
    package let cause: String?

    package init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether a service may go on and ask again: the call was wrong, or the device is full or away. A ledger that is
    /// damaged, of a later version or somebody else's does not mend itself.
    package var mayPass: Bool {
        switch code {
        case .notFound, .illegalTransition, .outOfSpace, .unavailable: true
        case .corrupt, .newerSchema, .locked: false
        }
    }

    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}

extension LedgerError {
    static func noJob(_ id: JobID) -> LedgerError { LedgerError(.notFound, "there is no job \(id.rawValue)") }

    static func noFile(_ id: FileID) -> LedgerError { LedgerError(.notFound, "there is no file \(id.rawValue)") }

    static func noStudy() -> LedgerError { LedgerError(.notFound, "the ledger does not know this study") }

    static func noSeries() -> LedgerError { LedgerError(.notFound, "the ledger does not know this series") }

    static func illegal(_ event: JobEvent, in job: Job) -> LedgerError {
        let step = "\(event.rawValue) is not possible while it is \(job.state.rawValue)"
        return LedgerError(.illegalTransition, "job \(job.id.rawValue): \(step)")
    }
}
