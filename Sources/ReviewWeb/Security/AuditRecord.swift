import DurableFiles
import Foundation

/// What an audit holds: security-relevant deeds and every look at a patient's study.
public enum AuditEvent: String, Sendable, Hashable, Codable, CaseIterable {
    /// The service began to answer.
    case start
    /// The service ended in good order.
    case stop
    case login
    case loginFailed = "login-failed"
    /// Refused because there were too many tries.
    case loginLimited = "login-limited"
    case logout
    /// Users, roles, passwords or tokens were changed.
    case users
    /// Images or results of a study were shown.
    case view
    /// Somebody looked for a patient; for whom is not held.
    case search
    /// A study was retrieved by DICOMweb.
    case retrieve
    case decision
    /// What the entry before asked for was not possible.
    case refused
    case correction
    case requeue
    case release
    case train
    case promote
    case rollback
    /// The audit itself was found with a torn end, as after a power cut.
    case torn
}

/// Something to be noted, before it has a number and a time.
public struct AuditEntry: Sendable, Hashable {
    /// What happened.
    public var event: AuditEvent
    /// By whom; `nil` where nobody is logged in.
    public var user: String?
    /// From where.
    public var address: String?
    /// The number of the job, where it is about one.
    public var job: Int64?
    /// The Study Instance UID, where it is about one.
    public var study: String?
    /// A code word, a model's name or a number; nothing of the patient.
    public var detail: String?

    /// Something to be noted.
    public init(
        _ event: AuditEvent,
        by user: String? = nil,
        from address: String? = nil,
        job: Int64? = nil,
        study: String? = nil,
        detail: String? = nil
    ) {
        self.event = event
        self.user = user
        self.address = address
        self.job = job
        self.study = study
        self.detail = detail
    }
}

/// A line of the audit.
public struct AuditRecord: Sendable, Hashable, Codable {
    /// From 1 without gaps.
    public let number: Int64
    /// ISO 8601 with milliseconds, UTC.
    public let time: String
    /// What happened.
    public let event: AuditEvent
    /// By whom.
    public let user: String?
    /// From where.
    public let address: String?
    /// The number of the job.
    public let job: Int64?
    /// Study Instance UID.
    public let study: String?
    /// A short word.
    public let detail: String?
    /// SHA-256 of the line before without its line feed; of nothing for the first.
    public let previous: SHA256Digest

    init(_ entry: AuditEntry, number: Int64, time: Date, previous: SHA256Digest) {
        self.number = number
        self.time = time.formatted(Self.format)
        event = entry.event
        user = entry.user
        address = entry.address
        job = entry.job
        study = entry.study
        detail = entry.detail
        self.previous = previous
    }

    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The line without its line feed.
    func line() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    init?(line: some Sequence<UInt8>) {
        guard let record = try? JSONDecoder().decode(AuditRecord.self, from: Data(line)) else { return nil }
        self = record
    }
}
