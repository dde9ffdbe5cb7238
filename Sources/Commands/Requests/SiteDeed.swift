import DurableFiles
import Foundation
import Ledger

/// What a person can have done to a site's ledger from the command line, by whoever owns the ledger at the time.
enum SiteDeed: Sendable, Hashable, Codable {
    /// Jobs by their numbers, or series by their UIDs: then the newest result of the series is meant.
    case accept([String], AcceptedVersion)
    case reject(String, reason: String)
    /// The file is one of the spool's where the deed came as a request.
    case correct(file: [UInt8], matchingByNumber: Bool)
    case releaseCorrection(Int64, matchingByNumber: Bool)
    case retryJob(Int64)
    case cancelJob(Int64)
    case replanJob(Int64)
    case releaseFile(Int64)
    case releaseStudy(ofFile: Int64)

    /// Which masks are accepted.
    enum AcceptedVersion: Sendable, Hashable, Codable {
        /// What there is, as long as nothing contradicts it.
        case undisputed
        /// The program's own.
        case result
        case correction(Int64)
    }

    /// The file that has to travel with a request.
    var file: RawPath? {
        guard case .correct(let bytes, _) = self else { return nil }
        return RawPath(bytes: bytes)
    }

    /// The same with its file at another place.
    func moved(to path: RawPath) -> SiteDeed {
        guard case .correct(_, let byNumber) = self else { return self }
        return .correct(file: path.bytes, matchingByNumber: byNumber)
    }
}

/// What came of a deed: what the verb prints and the status that it ends with.
struct DeedOutcome: Sendable, Codable {
    /// ``ExitStatus``.
    var status: Int32
    /// For people.
    var message: String
    /// The jobs concerned, as they stand now.
    var jobs: [JobReport] = []
    /// The correction concerned, as it stands now.
    var correction: CorrectionReport?

    init(_ status: ExitStatus, _ message: String, jobs: [JobReport] = [], correction: CorrectionReport? = nil) {
        self.status = status.rawValue
        self.message = message
        self.jobs = jobs
        self.correction = correction
    }

    init(_ failure: CommandFailure) { self.init(failure.status, failure.message) }

    /// Prints it, or ends the verb with its status.
    func report(json: Bool) throws {
        if json {
            try JSONOutput.print(self)
            guard let status = ExitStatus(rawValue: status), status != .done else { return }
            throw CommandFailure(status)
        }
        guard let status = ExitStatus(rawValue: status), status != .done else { return print(message) }
        throw CommandFailure(status, message)
    }
}
