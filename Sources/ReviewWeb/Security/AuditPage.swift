import DurableFiles
import Foundation
import Glibc

/// A page of the audit, the newest line first.
public struct AuditPage: Sendable {
    /// The lines.
    public let records: [AuditRecord]
    /// The number below which the next page begins; `nil` at the beginning of the audit.
    public let next: Int64?

    private static let piece = 1 << 16

    /// Reads at most `limit` lines with numbers below `before` from the end of the file backwards.
    public init(_ path: RawPath, before: Int64?, limit: Int) throws {
        let file: ReadOnlyFile
        do throws(FileError) {
            file = try ReadOnlyFile(path, subject: "audit")
        } catch {
            guard error.errno == ENOENT else { throw error }
            records = []
            next = nil
            return
        }
        var found: [AuditRecord] = []
        var rest: [UInt8] = []
        var start = file.size
        while start > 0, found.count < limit {
            let count = min(Self.piece, start)
            start -= count
            rest = try Self.read(file.descriptor, from: start, count: count) + rest
            // What stands before the first line feed may begin in the piece before.
            var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let first = start > 0 ? Array(lines.removeFirst()) : []
            for line in lines.reversed() where found.count < limit {
                guard let record = AuditRecord(line: line), before.map({ record.number < $0 }) ?? true else { continue }
                found.append(record)
            }
            rest = first
        }
        records = found
        next = found.count == limit ? found.last.flatMap { $0.number > 1 ? $0.number : nil } : nil
    }

    private static func read(_ descriptor: Int32, from start: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let part = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(start + done))
            }
            if part < 0, errno == EINTR { continue }
            guard part > 0 else { throw FileError(operation: "read", subject: "audit", errno: errno) }
            done += part
        }
        return bytes
    }
}
