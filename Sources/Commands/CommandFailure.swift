import Foundation

/// What the process's exit status means.
enum ExitStatus: Int32, Sendable {
    case done = 0
    /// The work was done and something is to be looked at, or an input was refused.
    case findings = 1
    case wrongUse = 2
    /// Something is missing on this machine: a model, a profile, a library, a permission.
    case environment = 3
}

/// An end of a command with a status and a message for people.
struct CommandFailure: Error, Sendable {
    let status: ExitStatus
    /// Empty when everything has been said already.
    let message: String

    init(_ status: ExitStatus, _ message: String = "") {
        self.status = status
        self.message = message
    }
}

/// The stream for messages that are no results.
enum StandardError {
    static func print(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
