import DurableFiles
import Foundation
import Glibc

/// The users of a site in a JSON file that nobody but its owner may read.
public struct UserFile: Sendable {
    /// Where it lies.
    public let path: RawPath

    private struct Contents: Codable {
        var format = Self.current
        var users: [UserRecord]

        static let current = "preread-users-1"
    }

    /// What tells one version of the file from another.
    struct Version: Sendable, Hashable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    /// The file at a path; it need not be there yet.
    public init(_ path: RawPath) { self.path = path }

    /// All users in the order of their names; empty where there is no file.
    ///
    /// - Throws: ``UserFileError`` where the file is readable for others, belongs to somebody else, or is damaged.
    public func users() throws(UserFileError) -> [UserRecord] {
        guard try version() != nil else { return [] }
        let contents: Contents
        do {
            let bytes = try ReadOnlyFile(path, subject: "users file").readAll(limit: 16 << 20)
            contents = try JSONDecoder().decode(Contents.self, from: Data(bytes))
        } catch let error as FileError {
            throw UserFileError(error.description)
        } catch {
            throw UserFileError("the users file is damaged: restore it from a backup")
        }
        guard contents.format == Contents.current else {
            throw UserFileError("the users file was written by another version of this program")
        }
        let names = contents.users.map(\.name)
        guard Set(names).count == names.count else { throw UserFileError("the users file has a user twice") }
        return contents.users.sorted { $0.name < $1.name }
    }

    /// Changes the users while nobody else does.
    ///
    /// - Throws: ``UserFileError``, and what `change` throws; then nothing is changed.
    public func edit(_ change: (inout [UserRecord]) throws -> Void) throws {
        try AtomicFile.createFolder(path.parent)
        let lock = path.parent.appending(RawPath(bytes: path.lastComponent.bytes + Array(".lock".utf8)))
        do {
            try FileLock.whileHolding(lock) {
                var users = try users()
                try change(&users)
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
                let contents = Contents(users: users.sorted { $0.name < $1.name })
                let bytes = Array(try encoder.encode(contents)) + [UInt8(ascii: "\n")]
                try AtomicFile.write(bytes, to: path, subject: "users file")
            }
        } catch let error as FileError where error.operation == "flock" {
            throw UserFileError("somebody else is changing the users: try again")
        }
    }

    /// The version of the file that is there; `nil` where there is none.
    func version() throws(UserFileError) -> Version? {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else {
            if errno == ENOENT { return nil }
            throw UserFileError("the users file cannot be read: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw UserFileError("the users file is not a regular file") }
        guard status.st_uid == geteuid() else { throw UserFileError("the users file belongs to another user") }
        guard status.st_mode & 0o077 == 0 else {
            throw UserFileError("the users file is readable for others: make it yours alone with chmod 600")
        }
        return Version(
            inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec
        )
    }
}
