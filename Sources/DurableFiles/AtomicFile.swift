import Glibc

/// Publishes files so that a reader sees the whole file or none, and a power cut after success cannot undo it.
///
/// The order is: a temporary name in the same folder, all bytes, `fsync`, `close`, the caller's own check of what is on
/// disk, `rename`, `fsync` of the folder. Debian's DCMTK reports success on a full disk; this does not.
public enum AtomicFile {
    /// The prefix of temporary names. A folder's owner may remove such files when nobody is writing.
    public static let temporaryPrefix = ".preread-tmp-"

    /// What to do when the final name exists already.
    public enum Existing: Sendable {
        /// The new file takes its place.
        case replace
        /// The old file stays and an error with `EEXIST` is thrown.
        case keep
    }

    /// Writes bytes to a path.
    ///
    /// - Parameters:
    ///   - bytes: the whole contents.
    ///   - path: the final name; its folder must exist.
    ///   - existing: what happens to a file of that name.
    ///   - permissions: mode bits; patient data is readable by its owner alone.
    ///   - subject: what errors call the file.
    ///   - verify: called with the temporary path after it is synced; throwing keeps the file from being published.
    public static func write(
        _ bytes: [UInt8],
        to path: RawPath,
        existing: Existing = .replace,
        permissions: mode_t = 0o600,
        subject: String = "file",
        verify: (RawPath) throws -> Void = { _ in }
    ) throws {
        let temporary = path.parent.appending(temporaryPrefix + uniqueSuffix())
        let writer = try PieceWriter(creating: temporary, permissions: permissions, subject: subject)
        try removingOnFailure(temporary) {
            try writer.append(bytes)
            try writer.finish()
            try verify(temporary)
            try publish(temporary, as: path, existing: existing, subject: subject)
        }
    }

    /// Writes a file that is too large to hold in memory; only its owner may read it.
    ///
    /// - Parameters:
    ///   - path: the final name; its folder must exist.
    ///   - existing: what happens to a file of that name.
    ///   - subject: what errors call the file.
    ///   - verify: called with the temporary path after it is synced; throwing keeps the file from being published.
    ///   - body: appends the contents in order; throwing keeps the file from being published.
    public static func writePieces(
        to path: RawPath,
        existing: Existing = .replace,
        subject: String = "file",
        verify: (RawPath) throws -> Void = { _ in },
        _ body: (PieceWriter) throws -> Void
    ) throws {
        let temporary = path.parent.appending(temporaryPrefix + uniqueSuffix())
        let writer = try PieceWriter(creating: temporary, permissions: 0o600, subject: subject)
        try removingOnFailure(temporary) {
            try body(writer)
            try writer.finish()
            try verify(temporary)
            try publish(temporary, as: path, existing: existing, subject: subject)
        }
    }

    /// Creates a folder and the ones above it, each entry synced. A folder that exists is left as it is.
    public static func createFolder(_ path: RawPath, permissions: mode_t = 0o700) throws(FileError) {
        var result = makeFolder(path, permissions)
        if result == ENOENT, !path.bytes.isEmpty, path.parent != path {
            try createFolder(path.parent, permissions: permissions)
            result = makeFolder(path, permissions)
        }
        switch result {
        case 0: try syncFolder(path.parent)
        case EEXIST:
            var status = stat()
            guard path.withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(operation: "mkdir", subject: "folder", errno: EEXIST)
            }
        default: throw FileError(operation: "mkdir", subject: "folder", errno: result)
        }
    }

    /// The error number of `mkdir`, or 0. See: 'man 2 mkdir'
    private static func makeFolder(_ path: RawPath, _ permissions: mode_t) -> Int32 {
        path.withCString { mkdir($0, permissions) } == 0 ? 0 : errno
    }

    /// Makes the names in a folder durable. See: 'man 2 fsync', "Calling fsync() does not necessarily ensure…".
    public static func syncFolder(_ path: RawPath) throws(FileError) {
        let descriptor = path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw FileError(operation: "open", subject: "folder", errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync", subject: "folder", errno: errno) }
    }

    /// Removes what writers that were killed left behind. Call only while nobody writes into the folder.
    public static func sweepTemporaries(in folder: RawPath) throws(FileError) {
        for entry in try FolderScan.entries(of: folder)
        where entry.name.bytes.starts(with: Array(temporaryPrefix.utf8)) {
            _ = folder.appending(entry.name).withCString { unlink($0) }
        }
    }

    private static func removingOnFailure(_ temporary: RawPath, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            _ = temporary.withCString { unlink($0) }
            throw error
        }
    }

    private static func publish(
        _ temporary: RawPath,
        as path: RawPath,
        existing: Existing,
        subject: String
    ) throws(FileError) {
        // See: 'man 2 rename', 'man 2 link'. A link fails with EEXIST where a rename would replace.
        let moved = temporary.withCString { old in
            path.withCString { new in existing == .keep ? link(old, new) : rename(old, new) }
        }
        guard moved == 0 else { throw FileError(operation: "rename", subject: subject, errno: errno) }
        if existing == .keep { _ = temporary.withCString { unlink($0) } }
        try syncFolder(path.parent)
    }

    private static func uniqueSuffix() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36) + "-" + String(getpid())
    }
}
