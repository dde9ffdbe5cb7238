import Glibc

/// Lets one process, or one part of a process, at a time do something.
public enum FileLock {
    /// Calls the body while holding the lock of a file, which is created when it is missing and never removed.
    ///
    /// The kernel gives the lock back when a process ends, however it ends. See: 'man 2 flock'
    ///
    /// - Parameters:
    ///   - path: the file to lock; it holds nothing.
    ///   - body: what only one may do at a time.
    /// - Throws: what the body throws; ``FileError`` with the operation `flock` and `EWOULDBLOCK` when somebody else has
    ///   the lock.
    /// - Returns: what the body returns.
    @discardableResult
    public static func whileHolding<Result>(_ path: RawPath, _ body: () throws -> Result) throws -> Result {
        let descriptor = path.withCString { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { throw FileError(operation: "open", subject: "lock", errno: errno) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw FileError(operation: "flock", subject: "lock", errno: errno)
        }
        // A program that another thread is just starting holds a copy of the descriptor until it runs: closing alone would
        // leave the lock with it for that long.
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }
}
