import Glibc

/// Lists folders by the raw bytes of their names.
public enum FolderScan {
    /// What an entry of a folder is, from `lstat`: links are not followed.
    public enum Kind: Sendable, Hashable {
        case file
        case folder
        case symbolicLink
        case other
    }

    /// One name in a folder.
    public struct Entry: Sendable, Hashable {
        /// The name within its folder, or relative to the scanned root for ``FolderScan/files(below:)``.
        public let name: RawPath
        public let kind: Kind
        /// Length in bytes.
        public let size: Int
        /// Modification time in nanoseconds since 1970.
        public let modified: Int64
        public let inode: UInt64
    }

    /// The entries of one folder in byte order, without `.` and `..`.
    public static func entries(of folder: RawPath) throws(FileError) -> [Entry] {
        // See: 'man 3 opendir', 'man 3 readdir'
        guard let stream = folder.withCString({ opendir($0) }) else {
            throw FileError(operation: "opendir", subject: "folder", errno: errno)
        }
        defer { closedir(stream) }
        var found: [Entry] = []
        while true {
            errno = 0
            guard let pointer = readdir(stream) else {
                guard errno == 0 else { throw FileError(operation: "readdir", subject: "folder", errno: errno) }
                break
            }
            let name = name(of: pointer)
            if name.bytes == [46] || name.bytes == [46, 46] { continue }
            if let entry = try entry(named: name, in: folder) { found.append(entry) }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// Every entry below a root that is not a folder, depth first, named relative to the root.
    ///
    /// Folders that cannot be read are reported through `unreadable` and the scan goes on.
    public static func files(
        below root: RawPath,
        unreadable: (RawPath, FileError) -> Void = { _, _ in }
    ) throws(FileError) -> [Entry] {
        var found: [Entry] = []
        var pending: [RawPath?] = [nil]
        while let relative = pending.popLast() {
            let listed: [Entry]
            do {
                listed = try entries(of: relative.map { root.appending($0) } ?? root)
            } catch {
                guard let relative else { throw error }
                unreadable(relative, error)
                continue
            }
            for entry in listed {
                let name = relative.map { $0.appending(entry.name) } ?? entry.name
                if entry.kind == .folder {
                    pending.append(name)
                } else {
                    found.append(
                        Entry(
                            name: name,
                            kind: entry.kind,
                            size: entry.size,
                            modified: entry.modified,
                            inode: entry.inode
                        )
                    )
                }
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The name is read in place: a record is shorter than the C structure, so copying that would read beyond it.
    private static func name(of record: UnsafeMutablePointer<dirent>) -> RawPath {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else {
            preconditionFailure("a stored property has an offset")
        }
        let start = UnsafeRawPointer(record).advanced(by: offset).assumingMemoryBound(to: CChar.self)
        return RawPath(bytes: UnsafeRawBufferPointer(start: start, count: strlen(start)))
    }

    /// `nil` when the entry vanished between listing and looking; any other failure hides a file and is reported.
    private static func entry(named name: RawPath, in folder: RawPath) throws(FileError) -> Entry? {
        var status = stat()
        guard folder.appending(name).withCString({ lstat($0, &status) }) == 0 else {
            if errno == ENOENT || errno == ESTALE { return nil }
            throw FileError(operation: "lstat", subject: "folder entry", errno: errno)
        }
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .symbolicLink
            default: .other
            }
        return Entry(
            name: name,
            kind: kind,
            size: Int(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
            inode: UInt64(status.st_ino)
        )
    }
}
