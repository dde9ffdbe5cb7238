/// Where a dropped file stands. Every file ends in exactly one of the four final states.
package enum FileState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Seen, not judged yet: it settles, or a failure is waited out.
    case pending
    /// Copied into the store, and known as an instance.
    case stored
    /// The same bytes are in the store already.
    case duplicate
    /// Nothing that a job could use; left where it is.
    case ignored
    /// Something that a person must look at; a copy is kept.
    case quarantined

    /// Whether nothing more happens to the file by itself.
    package var isFinal: Bool { self != .pending }

    /// Whether a file may go from this state to another.
    ///
    /// A stored file is quarantined when its study turns out to hold two identities. A person's release takes a
    /// file out of quarantine: back to `pending` to be judged again, or to `stored` with its study.
    package func canBecome(_ next: FileState) -> Bool {
        switch (self, next) {
        case (.pending, _), (.stored, .quarantined), (.quarantined, .pending), (.quarantined, .stored): true
        case (.ignored, .pending): true
        default: false
        }
    }
}

/// A file's state with the reason code, and what else is worth knowing.
package struct FileOutcome: Sendable, Hashable {
    package let state: FileState
    /// The reason code, for example `TRUNCATED_PIXELS`; `nil` for stored files.
    package let reason: String?
    /// What is wrong in words, without patient data.
    package let message: String?
    /// Remarks beside a stored file, for example `LOSSY`.
    package let flags: [String]

    /// Puts an outcome together, or `nil` where the parts contradict each other: a final state other than `stored`
    /// has a reason, and `stored` has none.
    package init?(state: FileState, reason: String?, message: String? = nil, flags: [String] = []) {
        switch state {
        case .stored: guard reason == nil else { return nil }
        case .duplicate, .ignored, .quarantined: guard reason?.isEmpty == false else { return nil }
        case .pending: break
        }
        self.init(unchecked: state, reason: reason, message: message, flags: flags)
    }

    private init(unchecked state: FileState, reason: String?, message: String?, flags: [String]) {
        self.state = state
        self.reason = reason
        self.message = message
        self.flags = flags
    }

    /// Waiting, with a reason where something more than time is missing.
    package static func pending(_ reason: String? = nil, message: String? = nil) -> FileOutcome {
        FileOutcome(unchecked: .pending, reason: reason, message: message, flags: [])
    }

    package static func stored(flags: [String] = []) -> FileOutcome {
        FileOutcome(unchecked: .stored, reason: nil, message: nil, flags: flags)
    }

    /// The bytes are in the store under another file.
    package static let duplicate = FileOutcome(
        unchecked: .duplicate,
        reason: "DUPLICATE_SAME",
        message: nil,
        flags: []
    )

    package static func ignored(_ reason: String, message: String? = nil) -> FileOutcome {
        FileOutcome(unchecked: .ignored, reason: reason, message: message, flags: [])
    }

    package static func quarantined(_ reason: String, message: String? = nil) -> FileOutcome {
        FileOutcome(unchecked: .quarantined, reason: reason, message: message, flags: [])
    }
}
