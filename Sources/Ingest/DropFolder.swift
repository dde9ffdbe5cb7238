import DurableFiles
import Glibc
import Ledger

/// What ingest needs of a folder that others write into.
package protocol DropFolder: Sendable {
    /// Everything below the folder that is not a folder, without following links.
    func scan() throws(FileError) -> FolderListing

    /// Opens a regular file below the folder for reading, without following any link on the way.
    func open(_ path: RawPath) throws(FileError) -> DroppedHandle

    /// Removes an original. Called only where the site has asked for it, and after its copy is durable.
    func remove(_ path: RawPath) throws(FileError)
}

/// What a scan saw.
package struct FolderListing: Sendable {
    /// In the byte order of their names.
    package let entries: [FolderScan.Entry]
    /// Folders that could not be listed: what lies in them is unknown.
    package let unreadable: [RawPath]

    package init(entries: [FolderScan.Entry], unreadable: [RawPath]) {
        self.entries = entries
        self.unreadable = unreadable
    }
}

/// An open file of a drop folder, closed when this value ends.
package struct DroppedHandle: ~Copyable {
    package let descriptor: Int32

    package init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// What the open file is now; `nil` for what is no regular file.
    package func fingerprint() throws(FileError) -> FileFingerprint? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileError(operation: "fstat", subject: "dropped file", errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileFingerprint(
            size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
            inode: UInt64(status.st_ino)
        )
    }
}

/// A drop folder on a file system.
package struct DirectoryDropFolder: DropFolder {
    package let root: RawPath

    package init(_ root: RawPath) { self.root = root }

    package func scan() throws(FileError) -> FolderListing {
        var unreadable: [RawPath] = []
        let entries = try FolderScan.files(below: root) { folder, error in
            // A folder that vanished while it was listed holds nothing.
            if error.errno != ENOENT { unreadable.append(folder) }
        }
        return FolderListing(entries: entries, unreadable: unreadable)
    }

    package func open(_ path: RawPath) throws(FileError) -> DroppedHandle {
        let folder = try openFolder(of: path)
        defer { close(folder) }
        // See: 'man 2 openat'. O_NONBLOCK so that a FIFO cannot hold the caller.
        let opened = path.lastComponent.withCString {
            openat(folder, $0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        }
        guard opened >= 0 else { throw FileError(operation: "openat", subject: "dropped file", errno: errno) }
        return DroppedHandle(descriptor: opened)
    }

    package func remove(_ path: RawPath) throws(FileError) {
        let folder = try openFolder(of: path)
        defer { close(folder) }
        guard path.lastComponent.withCString({ unlinkat(folder, $0, 0) }) == 0 else {
            throw FileError(operation: "unlinkat", subject: "dropped file", errno: errno)
        }
    }

    /// Walks down name by name: a folder that was replaced by a link since the scan is not entered.
    private func openFolder(of path: RawPath) throws(FileError) -> Int32 {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        var current = root.withCString { Glibc.open($0, flags) }
        guard current >= 0 else { throw FileError(operation: "open", subject: "drop folder", errno: errno) }
        for component in path.bytes.split(separator: UInt8(ascii: "/")).dropLast() {
            let next = RawPath(bytes: component).withCString { openat(current, $0, flags | O_NOFOLLOW) }
            let cause = errno
            close(current)
            guard next >= 0 else { throw FileError(operation: "openat", subject: "drop folder", errno: cause) }
            current = next
        }
        return current
    }
}
