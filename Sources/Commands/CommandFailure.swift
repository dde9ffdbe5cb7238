/// What the process's exit status means.
enum ExitStatus: Int32, Sendable {
    case done = 0
    /// The work was done and something is to be looked at, or an input was refused.
    case findings = 1
    case wrongUse = 2
    /// Something is missing on this machine: a model, a profile, a library, a permission, space.
    case environment = 3
}

/// An end of a command with a status and a message for people.
struct CommandFailure: Error, Sendable, CustomStringConvertible {
    let status: ExitStatus
    /// Empty when everything has been said already.
    let message: String

    /// The message: what ledgers and logs show where the failure ends there.
    var description: String { message }

    init(_ status: ExitStatus, _ message: String = "") {
        self.status = status
        self.message = message
    }
}
