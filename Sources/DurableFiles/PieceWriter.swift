import Glibc

/// A new file that is written piece by piece and synced at its end; see ``AtomicFile/writePieces(to:existing:subject:verify:_:)``.
///
/// Not to be kept or used outside the closure that receives it.
public final class PieceWriter {
    /// How many bytes were written so far.
    public private(set) var byteCount = 0
    private let subject: String
    /// -1 once the file is closed.
    private var descriptor: Int32

    /// Creates a file that must not exist.
    init(creating path: RawPath, permissions: mode_t, subject: String) throws(FileError) {
        // See: 'man 2 open'
        descriptor = path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions) }
        self.subject = subject
        guard descriptor >= 0 else { throw FileError(operation: "open", subject: subject, errno: errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends all bytes, however many calls the kernel needs for them.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(descriptor, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw FileError(operation: "write", subject: subject, errno: count < 0 ? errno : ENOSPC)
            }
            byteCount += count
            rest = rest.dropFirst(count)
        }
    }

    /// Appends all bytes of an array.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        try bytes.span.bytes.withUnsafeBytes { buffer throws(FileError) in try append(buffer) }
    }

    /// Makes the contents durable and closes the file.
    func finish() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync", subject: subject, errno: errno) }
        let closing = descriptor
        descriptor = -1
        // Network file systems report a full disk only here. See: 'man 2 close'.
        guard close(closing) == 0 else { throw FileError(operation: "close", subject: subject, errno: errno) }
    }
}
