import DurableFiles
import Foundation
import Glibc

/// The audit on disk: JSON lines, each with the SHA-256 of the line before, that are only ever appended.
///
/// The service and the verbs write to the same file, one at a time under a lock of the kernel. A line is on disk before
/// ``append(_:)`` returns.
struct AuditFile: Sendable {
    /// Where the chain ends.
    struct End: Sendable, Hashable {
        /// The number of the last line; 0 for an empty audit.
        var number: Int64 = 0
        /// The digest of the last line; of nothing for an empty audit.
        var digest = SHA256Digest(of: [])
    }

    let path: RawPath
    /// Longer than any line.
    private static let longestLine = 1 << 16
    private static let lineFeed = UInt8(ascii: "\n")

    /// Appends entries, and answers where the chain ends then.
    func append(_ entries: [AuditEntry], at time: Date = Date()) throws -> End {
        let descriptor = path.withCString { open($0, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { throw failure("open") }
        // See: 'man 2 flock'. Closing gives the lock back.
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw failure("flock") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat") }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw FileError(operation: "open", subject: "audit", errno: 0, reason: "it is not its owner's alone")
        }
        var (end, isTorn) = try lastLine(descriptor, size: Int(status.st_size))
        var bytes: [UInt8] = isTorn ? [Self.lineFeed] : []
        for entry in (isTorn ? [AuditEntry(.torn)] : []) + entries {
            let record = AuditRecord(entry, number: end.number + 1, time: time, previous: end.digest)
            let line = try record.line()
            end = End(number: record.number, digest: SHA256Digest(of: line))
            bytes += line + [Self.lineFeed]
        }
        try write(bytes, to: descriptor)
        guard fdatasync(descriptor) == 0 else { throw failure("fdatasync") }
        if status.st_size == 0 { try AtomicFile.syncFolder(path.parent) }
        return end
    }

    /// The end of the chain as it lies on disk.
    func end() throws -> End {
        let file: ReadOnlyFile
        do throws(FileError) {
            file = try ReadOnlyFile(path, subject: "audit")
        } catch {
            if error.errno == ENOENT { return End() }
            throw error
        }
        return try lastLine(file.descriptor, size: file.size).end
    }

    /// The last line; one without a line feed was torn by a power cut, and goes into the chain as it is.
    private func lastLine(_ descriptor: Int32, size: Int) throws -> (end: End, isTorn: Bool) {
        guard size > 0 else { return (End(), false) }
        let start = max(0, size - 2 * Self.longestLine)
        let tail = try read(descriptor, from: start, count: size - start)
        let isTorn = tail.last != Self.lineFeed
        let lines = tail.split(separator: Self.lineFeed, omittingEmptySubsequences: true)
        guard let last = lines.last else { throw damaged }
        if let record = AuditRecord(line: last) {
            return (End(number: record.number, digest: SHA256Digest(of: last)), isTorn)
        }
        guard isTorn else { throw damaged }
        let before = lines.dropLast().last.flatMap { AuditRecord(line: $0)?.number } ?? 0
        guard before > 0 || lines.count == 1 else { throw damaged }
        // The torn line has no number; it counts as one.
        return (End(number: before + 1, digest: SHA256Digest(of: last)), true)
    }

    private func read(_ descriptor: Int32, from start: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let part = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(start + done))
            }
            if part < 0, errno == EINTR { continue }
            guard part > 0 else { throw failure("read") }
            done += part
        }
        return bytes
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var done = 0
        while done < bytes.count {
            let part = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if part < 0, errno == EINTR { continue }
            guard part > 0 else { throw failure("write") }
            done += part
        }
    }

    private func failure(_ operation: String) -> FileError {
        FileError(operation: operation, subject: "audit", errno: errno)
    }

    private var damaged: FileError {
        FileError(
            operation: "read",
            subject: "audit",
            errno: 0,
            reason: "its last line is no record; see 'audit verify'"
        )
    }
}
