import Glibc
import Synchronization

/// A file without a name for what need not be in memory: it is gone when nobody holds it any more, also when the process is
/// killed.
///
/// Pieces are added at the end and read at any place, from any thread. Nothing is synced.
public final class ScratchFile: Sendable {
    private let descriptor: Int32
    private let end = Atomic<Int>(0)

    /// Makes a file on the file system of a folder that exists.
    public init(in folder: RawPath) throws(FileError) {
        // O_TMPFILE, which Glibc's module does not have. See: 'man 2 open'
        let unnamed = 0o20_000_000 | O_DIRECTORY
        let opened = folder.withCString { open($0, unnamed | O_RDWR | O_CLOEXEC, 0o600) }
        descriptor = opened >= 0 ? opened : try Self.openedWithName(in: folder)
    }

    deinit { close(descriptor) }

    /// Not every file system knows files without names: there one is made and its name is taken away.
    private static func openedWithName(in folder: RawPath) throws(FileError) -> Int32 {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        let path = folder.appending(AtomicFile.temporaryPrefix + "scratch-" + suffix)
        let opened = path.withCString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard opened >= 0 else { throw FileError(operation: "open", subject: "scratch file", errno: errno) }
        _ = path.withCString { unlink($0) }
        return opened
    }

    /// Adds bytes and returns where they begin.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
        let start = end.wrappingAdd(bytes.count, ordering: .relaxed).oldValue
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(start + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw FileError(operation: "write", subject: "scratch file", errno: count < 0 ? errno : ENOSPC)
            }
            done += count
        }
        return start
    }

    /// Throws everything away: what was added cannot be read any more.
    package func truncate() throws(FileError) {
        guard ftruncate(descriptor, 0) == 0 else {
            throw FileError(operation: "ftruncate", subject: "scratch file", errno: errno)
        }
    }

    /// Fills memory with the bytes that begin at a place.
    public func read(at start: Int, into bytes: UnsafeMutableRawBufferPointer) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(start + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw FileError(
                    operation: "read",
                    subject: "scratch file",
                    errno: count < 0 ? errno : 0,
                    reason: count < 0 ? nil : "it is too short"
                )
            }
            done += count
        }
    }
}
