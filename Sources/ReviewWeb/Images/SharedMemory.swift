import CLinux
import DurableFiles
import Glibc

// @unchecked: the pointer is constant. Whoever writes is done with a part before its reader is told, and readers only read.
/// Memory that a child process can fill and that never touches a disk. See: 'man 2 memfd_create'
package final class SharedMemory: @unchecked Sendable {
    /// What a child inherits.
    package let descriptor: Int32
    /// Bytes.
    package let length: Int
    private let base: UnsafeMutableRawPointer

    /// Takes so many bytes, all 0; none is in use until it is written.
    package init(length: Int) throws(FileError) {
        precondition(length > 0, "memory has at least one byte")
        let descriptor = CLinux_memory_file("preread-volume", length)
        guard descriptor >= 0 else {
            throw FileError(operation: "memfd_create", subject: "volume", errno: errno)
        }
        guard let base = Self.map(descriptor, length) else {
            let error = FileError(operation: "mmap", subject: "volume", errno: errno)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.length = length
        self.base = base
    }

    /// The memory behind an inherited descriptor, which belongs to this value from now on.
    package init(inherited descriptor: Int32, length: Int) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == length, length > 0,
            let base = Self.map(descriptor, length)
        else { throw FileError(operation: "mmap", subject: "volume", errno: errno) }
        self.descriptor = descriptor
        self.length = length
        self.base = base
    }

    deinit {
        munmap(base, length)
        close(descriptor)
    }

    private static func map(_ descriptor: Int32, _ length: Int) -> UnsafeMutableRawPointer? {
        let mapped = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        return mapped == MAP_FAILED ? nil : mapped
    }

    /// Lends a part for reading.
    package func withBytes<Result>(
        _ range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= length, "a part of the memory")
        return try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// Lends a part for writing, to the one who fills it.
    package func withMutableBytes<Result>(
        _ range: Range<Int>,
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= length, "a part of the memory")
        return try body(UnsafeMutableRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }
}
