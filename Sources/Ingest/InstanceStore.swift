import DurableFiles
import Glibc
import Ledger

/// The durable copies: `ab/<sha256>.dcm` for instances, `quarantine/<sha256>` for what a person must look at,
/// `corrections/ab/<sha256>.dcm` for what people hand in.
///
/// A copy is made in `staging/`, synced, inspected there, and then moved to the name that its contents give it. So what was inspected is
/// what is kept, a name never holds part of a file, and the same bytes are kept once.
package struct InstanceStore: Sendable {
    /// A synced copy that has no place yet.
    package struct Staged: Sendable {
        package let path: RawPath
        package let digest: ContentDigest
        /// Length in bytes.
        package let size: Int64
    }

    /// Where a copy belongs.
    package enum Place: Sendable {
        case instances
        case quarantine
        /// What a person hands in to judge a result.
        case corrections
    }

    /// Why a copy could not be made.
    package enum CopyError: Error {
        /// The dropped file cannot be read.
        case source(FileError)
        /// It is not a regular file.
        case notRegular
        /// It is not, or no longer, the file that was seen.
        case changed
        /// The store cannot be written.
        case store(FileError)
    }

    package let root: RawPath
    private let staging: RawPath

    /// Creates the folders where they are missing, and removes what a killed run left in `staging/`.
    package init(_ root: RawPath) throws(FileError) {
        self.root = root
        staging = root.appending("staging")
        try AtomicFile.createFolder(staging)
        try AtomicFile.createFolder(root.appending("quarantine"))
        try AtomicFile.sweepTemporaries(in: staging)
    }

    /// Copies an open file, syncs the copy and hashes what was written.
    package func stage(_ source: borrowing DroppedHandle, expecting seen: FileFingerprint?) throws(CopyError) -> Staged {
        let before = try fingerprint(source)
        guard seen == nil || seen == before else { throw .changed }
        let name = AtomicFile.temporaryPrefix + String(UInt64.random(in: .min ... .max), radix: 36)
        let path = staging.appending(name)
        let copy = path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard copy >= 0 else { throw .store(FileError(operation: "open", subject: "store copy", errno: errno)) }
        var isOpen = true
        do throws(CopyError) {
            let size = try pour(source.descriptor, into: copy)
            guard size == before.size, try fingerprint(source) == before else { throw .changed }
            guard fsync(copy) == 0 else {
                throw .store(FileError(operation: "fsync", subject: "store copy", errno: errno))
            }
            // Network file systems report a full disk only here. See: 'man 2 close'.
            isOpen = false
            guard close(copy) == 0 else {
                throw .store(FileError(operation: "close", subject: "store copy", errno: errno))
            }
            return Staged(path: path, digest: try digest(of: path), size: size)
        } catch {
            if isOpen { close(copy) }
            discard(path)
            throw error
        }
    }

    /// Gives a staged copy its name, or discards it. The name is durable only after ``sync(_:)`` of the folder.
    ///
    /// - Returns: the path relative to the store, and the folder.
    package func place(_ staged: Staged, in place: Place) throws(FileError) -> (path: String, folder: RawPath) {
        let (folder, name) = location(of: staged.digest, in: place)
        let path = root.appending(folder).appending(name)
        // Once it has its name there is nothing left to discard.
        defer { discard(staged.path) }
        try AtomicFile.createFolder(root.appending(folder))
        if !holds(path, size: staged.size) {
            let moved = staged.path.withCString { old in path.withCString { new in rename(old, new) } }
            guard moved == 0 else { throw FileError(operation: "rename", subject: "store copy", errno: errno) }
        }
        return ("\(folder)/\(name)", root.appending(folder))
    }

    /// Makes the names in folders durable.
    package func sync(_ folders: Set<RawPath>) throws(FileError) {
        for folder in folders.sorted() { try AtomicFile.syncFolder(folder) }
    }

    package func discard(_ path: RawPath) { _ = path.withCString { unlink($0) } }

    /// Bytes that may be written before the disk is full.
    package func freeSpace() throws(FileError) -> Int64 {
        // See: 'man 3 statvfs'
        var status = statvfs()
        guard root.withCString({ statvfs($0, &status) }) == 0 else {
            throw FileError(operation: "statvfs", subject: "store", errno: errno)
        }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }

    /// Where a copy lies once it is placed, relative to the store.
    func path(of digest: ContentDigest, in place: Place) -> String {
        let (folder, name) = location(of: digest, in: place)
        return "\(folder)/\(name)"
    }

    private func location(of digest: ContentDigest, in place: Place) -> (folder: String, name: String) {
        switch place {
        case .instances: (String(digest.hex.prefix(2)), "\(digest).dcm")
        case .quarantine: ("quarantine", digest.hex)
        case .corrections: ("corrections/\(digest.hex.prefix(2))", "\(digest).dcm")
        }
    }

    private func holds(_ path: RawPath, size: Int64) -> Bool {
        var status = stat()
        return path.withCString { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
            && Int64(status.st_size) == size
    }

    private func fingerprint(_ source: borrowing DroppedHandle) throws(CopyError) -> FileFingerprint {
        let now: FileFingerprint?
        do throws(FileError) {
            now = try source.fingerprint()
        } catch {
            throw .source(error)
        }
        guard let now else { throw .notRegular }
        return now
    }

    private func digest(of copy: RawPath) throws(CopyError) -> ContentDigest {
        do throws(FileError) {
            let digest = try SHA256Digest(ofFile: copy)
            guard let content = ContentDigest(hex: digest.hex) else { preconditionFailure("SHA-256 has 64 digits") }
            return content
        } catch {
            throw .store(error)
        }
    }

    private func pour(_ source: Int32, into copy: Int32) throws(CopyError) -> Int64 {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { piece.deallocate() }
        var size: Int64 = 0
        while true {
            let count = read(source, piece.baseAddress, piece.count)
            if count == 0 { return size }
            if count < 0 {
                if errno == EINTR { continue }
                throw .source(FileError(operation: "read", subject: "dropped file", errno: errno))
            }
            try write(UnsafeRawBufferPointer(rebasing: piece[..<count]), to: copy)
            size += Int64(count)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to copy: Int32) throws(CopyError) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(copy, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw .store(FileError(operation: "write", subject: "store copy", errno: errno))
            }
            written += count
        }
    }
}
