import Glibc

/// A regular file opened for reading; symbolic links, devices and pipes are refused.
public struct ReadOnlyFile: ~Copyable {
    /// The open descriptor, closed when this value ends.
    public let descriptor: Int32
    /// Length in bytes when the file was opened.
    public let size: Int
    private let subject: String

    /// Opens a file without following a final symbolic link and without waiting on a pipe.
    public init(_ path: RawPath, subject: String? = nil) throws(FileError) {
        let subject = subject ?? "file"
        // See: 'man 2 open'. O_NONBLOCK so that a FIFO cannot hold the caller.
        let opened = path.withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
        guard opened >= 0 else { throw FileError(operation: "open", subject: subject, errno: errno) }
        var status = stat()
        guard fstat(opened, &status) == 0 else {
            let error = FileError(operation: "fstat", subject: subject, errno: errno)
            Glibc.close(opened)
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(opened)
            throw FileError(operation: "open", subject: subject, errno: 0, reason: "not a regular file")
        }
        descriptor = opened
        size = Int(status.st_size)
        self.subject = subject
    }

    deinit { Glibc.close(descriptor) }

    /// Hands out the contents in pieces of at most 1 MiB.
    public func readPieces(_ body: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
        try readUntilStopped { piece in
            body(piece)
            return true
        }
    }

    /// The whole contents, refused above `limit` bytes, also when the file grows while it is read.
    public func readAll(limit: Int = 1 << 32) throws(FileError) -> [UInt8] {
        func overLimit(_ size: Int) -> FileError {
            FileError(operation: "read", subject: subject, errno: 0, reason: "\(size) bytes are over \(limit)")
        }
        guard size <= limit else { throw overLimit(size) }
        var contents: [UInt8] = []
        contents.reserveCapacity(size)
        try readUntilStopped { piece in
            contents.append(contentsOf: piece)
            return contents.count <= limit
        }
        guard contents.count <= limit else { throw overLimit(contents.count) }
        return contents
    }

    /// Reads from where the descriptor stands until the end or until the body answers no.
    private func readUntilStopped(_ body: (UnsafeRawBufferPointer) -> Bool) throws(FileError) {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { piece.deallocate() }
        while true {
            let count = Glibc.read(descriptor, piece.baseAddress, piece.count)
            if count == 0 { return }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(operation: "read", subject: subject, errno: errno)
            }
            guard body(UnsafeRawBufferPointer(rebasing: piece[..<count])) else { return }
        }
    }
}
