import DurableFiles
import Glibc

/// A whole file as read-only memory that the kernel pages in on demand.
///
/// The file must not be shortened while it is mapped: touching a lost page raises SIGBUS. Model packages are therefore
/// never changed in place.
///
/// `@unchecked Sendable`: the mapping is read-only and ends only with the last reference.
final class MappedFile: @unchecked Sendable {
    /// The contents; valid as long as this object lives.
    let bytes: UnsafeRawBufferPointer

    /// Maps a regular file; symbolic links are followed, because model collections are often links.
    init(_ path: RawPath) throws(CheckpointError) {
        // See: 'man 2 open'. O_NONBLOCK so that a FIFO cannot hold the caller.
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw Self.failure("open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable("it is not a regular file") }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        // See: 'man 2 mmap'
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw Self.failure("mmap")
        }
        bytes = UnsafeRawBufferPointer(start: base, count: size)
    }

    deinit {
        if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
    }

    /// The little-endian integer at an offset, or `nil` where the file ends before.
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, bytes.count >= size, offset <= bytes.count - size else { return nil }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// A part of the contents; the caller has checked the range.
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    private static func failure(_ operation: String) -> CheckpointError {
        .unreadable("\(operation): \(String(cString: strerror(errno)))")
    }
}
