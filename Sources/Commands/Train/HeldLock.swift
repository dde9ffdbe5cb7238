import DurableFiles
import Glibc

/// A lock on a file that is held across suspensions, until it is released or the process ends.
struct HeldLock: ~Copyable {
    private let descriptor: Int32

    /// nil where somebody else has the lock.
    init?(_ path: RawPath) throws(FileError) {
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
    func release() {
        // See ``FileLock``: a program that is just being started may hold a copy of the descriptor.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
