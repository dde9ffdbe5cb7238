import DurableFiles
import Glibc

/// A file in pieces, each read when it is wanted.
final class FilePieces {
    private let descriptor: Int32
    private static let length = 256 << 10

    init(_ path: RawPath) throws(FileError) {
        // A copy of the descriptor outlives the value that checked the file.
        let file = try ReadOnlyFile(path, subject: "stored object")
        descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw FileError(operation: "dup", subject: "stored object", errno: errno) }
    }

    deinit { close(descriptor) }

    /// The next piece; `nil` at the end.
    func next() throws(FileError) -> [UInt8]? {
        var failure: Int32 = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.length) { buffer, initialized in
            var count = read(descriptor, buffer.baseAddress, buffer.count)
            while count < 0, errno == EINTR { count = read(descriptor, buffer.baseAddress, buffer.count) }
            if count < 0 { failure = errno }
            initialized = max(0, count)
        }
        guard failure == 0 else { throw FileError(operation: "read", subject: "stored object", errno: failure) }
        return piece.isEmpty ? nil : piece
    }
}
