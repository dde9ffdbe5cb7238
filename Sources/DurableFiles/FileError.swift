import Glibc

/// An operation on the file system that failed, in words that an operator can act on.
///
/// Paths can hold patient names, so ``description`` shows only what the caller chose to call the file (``subject``).
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// The system call or step that failed, for example `fsync`.
    public let operation: String
    /// What the file is to the caller, for example `SEG` or a path relative to the watch root.
    public let subject: String
    /// The error number of the system call, or 0 where the failure is ours.
    public let errno: Int32
    /// What is wrong where ``errno`` is 0.
    public let reason: String?

    /// Describes a failed call; where no call failed, `errno` is 0 and `reason` says what is wrong.
    public init(operation: String, subject: String, errno: Int32, reason: String? = nil) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
        self.reason = reason
    }

    /// Operation, subject and cause, without the path.
    public var description: String {
        let cause = reason ?? String(cString: strerror(errno))
        return "\(operation) of \(subject) failed: \(cause)"
    }

    /// Whether the device or the quota is full: the operation can succeed later without anybody changing the input.
    public var isOutOfSpace: Bool {
        errno == ENOSPC || errno == EDQUOT
    }
}
