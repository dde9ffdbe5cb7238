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
        guard let lock = try HeldLock(path) else {
            throw FileError(operation: "flock", subject: "lock", errno: EWOULDBLOCK)
        }
        defer { lock.release() }
        return try body()
    }
}
