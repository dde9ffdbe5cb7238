import Glibc
import Ledger

/// Keeps a second process from owning a ledger.
///
/// SQLite before 3.51.3 can damage a database in WAL mode when two connections write or checkpoint at the same time
/// (SQLite's documentation, "Write-Ahead Logging", "the WAL-reset bug"), so one connection does all of it. The lock is on
/// a file beside the database: closing a descriptor of the database itself would drop SQLite's own locks.
final class OwnerLock: Sendable {
    private let descriptor: Int32

    init(beside path: String) throws(LedgerError) {
        // See: 'man 2 flock'. The kernel frees the lock of a process that dies.
        let opened = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw LedgerError(
                .unavailable,
                "the ledger's lock cannot be opened",
                cause: String(cString: strerror(errno))
            )
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            close(opened)
            guard cause == EWOULDBLOCK else {
                throw LedgerError(.unavailable, "the ledger cannot be locked", cause: String(cString: strerror(cause)))
            }
            throw LedgerError(.locked, "another process owns the ledger: stop it, or ask it")
        }
        descriptor = opened
    }

    /// Lets another owner in.
    ///
    /// Closing alone is not enough: a child process that is just being started holds a copy of the descriptor for a moment.
    func release() { flock(descriptor, LOCK_UN) }

    deinit {
        release()
        close(descriptor)
    }
}
