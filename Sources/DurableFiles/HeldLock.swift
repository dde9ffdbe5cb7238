import Glibc

/// A lock on a file that is held across suspensions, until it is released or the process ends.
public struct HeldLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock of a file, which is created when it is missing and never removed; nil where somebody else has it.
    ///
    /// The kernel gives the lock back when a process ends, however it ends. See: 'man 2 flock'
    public init?(_ path: RawPath) throws(FileError) {
        descriptor = path.withCString { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { throw FileError(operation: "open", subject: "lock", errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            close(descriptor)
            guard cause == EWOULDBLOCK else { throw FileError(operation: "flock", subject: "lock", errno: cause) }
            return nil
        }
    }

    /// Gives the lock back.
    public func release() {
        // A program that another thread is just starting holds a copy of the descriptor until it runs: closing alone would
        // leave the lock with it for that long.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
