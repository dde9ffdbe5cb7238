import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Publishing files")
struct AtomicFileTests {
    private struct Refusal: Error {}

    private func names(in folder: URL) throws -> [String] {
        try FolderScan.entries(of: RawPath(folder.path)).map(\.name.displayName)
    }

    private func contents(_ path: RawPath) throws -> [UInt8] { try ReadOnlyFile(path).readAll() }

    @Test("a file has its bytes, its owner alone may read it, and nothing else is left")
    func whenWriting_thenFileIsWholeAndPrivate() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("file")
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
            try AtomicFile.write(bytes, to: path)
            var status = stat()
            #expect(path.withCString { stat($0, &status) } == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            let (written, left) = (try contents(path), try names(in: folder))
            #expect(written == bytes)
            #expect(left == ["file"])
        }
    }

    @Test("an existing file is replaced, or kept with an error")
    func whenFileExists_thenCallerDecides() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("file")
            try AtomicFile.write([1], to: path)
            try AtomicFile.write([2], to: path)
            let error = #expect(throws: FileError.self) { try AtomicFile.write([3], to: path, existing: .keep) }
            #expect(error?.errno == EEXIST)
            try AtomicFile.write([4], to: RawPath(folder.path).appending("new"), existing: .keep)
            let (written, left) = (try contents(path), try names(in: folder))
            #expect(written == [2])
            #expect(left == ["file", "new"])
        }
    }

    @Test("a caller who refuses what is on disk keeps the old file")
    func whenVerificationThrows_thenNothingChanges() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("file")
            try AtomicFile.write([1], to: path)
            #expect(throws: Refusal.self) {
                try AtomicFile.write([2], to: path) { temporary in
                    #expect(try contents(temporary) == [2])
                    throw Refusal()
                }
            }
            let (written, left) = (try contents(path), try names(in: folder))
            #expect(written == [1])
            #expect(left == ["file"])
        }
    }

    @Test("pieces become one file")
    func whenWritingPieces_thenFileHoldsThemInOrder() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("file")
            try AtomicFile.writePieces(to: path) { writer in
                try writer.append([])
                try writer.append([1, 2])
                try writer.append([UInt8](repeating: 3, count: 70_000))
                #expect(writer.byteCount == 70_002)
            }
            let written = try contents(path)
            #expect(written == [1, 2] + [UInt8](repeating: 3, count: 70_000))
        }
    }

    @Test("pieces that end in an error leave nothing")
    func whenBodyThrows_thenNothingIsLeft() throws {
        try withTemporaryFolder { folder in
            #expect(throws: Refusal.self) {
                try AtomicFile.writePieces(to: RawPath(folder.path).appending("file")) { writer in
                    try writer.append([1])
                    throw Refusal()
                }
            }
            let left = try names(in: folder)
            #expect(left.isEmpty)
        }
    }

    @Test("a file in a folder that is missing is an error")
    func whenFolderIsMissing_thenWritingFails() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("missing/file")
            let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
            #expect(error?.errno == ENOENT)
        }
    }

    @Test("a disk that takes only some of the bytes keeps the old file and gives an error")
    func whenDiskIsFull_thenOldFileStays() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            try withTemporaryFolder { folder in
                let path = RawPath(folder.path).appending("file")
                try AtomicFile.write([1], to: path)
                var limit = rlimit(rlim_cur: 10_000, rlim_max: 10_000)
                #expect(setrlimit(__rlimit_resource_t(1), &limit) == 0)
                let error = #expect(throws: FileError.self) {
                    try AtomicFile.write([UInt8](repeating: 2, count: 100_000), to: path)
                }
                #expect(error?.errno == EFBIG)
                let (old, left) = (try ReadOnlyFile(path).readAll(), try FolderScan.entries(of: RawPath(folder.path)))
                #expect(old == [1])
                #expect(left.count == 1)
            }
        }
    }

    @Test("folders are made with the ones above, and may exist")
    func whenCreatingFolders_thenAllAreThere() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            try AtomicFile.createFolder(root.appending("a/b/c"))
            try AtomicFile.createFolder(root.appending("a/b/c"))
            try AtomicFile.createFolder(root.appending("a/d/"))
            let found = try FolderScan.entries(of: root.appending("a"))
            #expect(found.map(\.name) == [RawPath("b"), RawPath("d")])
            #expect(found.allSatisfy { $0.kind == .folder })
        }
    }

    @Test("a folder that cannot be made is an error, also where the path is empty or a broken link")
    func whenFolderCannotBeMade_thenErrorIsThrown() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            try AtomicFile.write([], to: root.appending("file"))
            #expect(symlink("nowhere", root.appending("link").displayName) == 0)
            for path in [root.appending("file"), root.appending("file/a"), root.appending("link/a"), RawPath("")] {
                #expect(throws: FileError.self, "\(path)") { try AtomicFile.createFolder(path) }
            }
        }
    }

    @Test("what killed writers left is swept, other files stay")
    func whenSweeping_thenOnlyTemporariesGo() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            try AtomicFile.write([1], to: root.appending("file"))
            try AtomicFile.write([1], to: root.appending(AtomicFile.temporaryPrefix + "abc"))
            try AtomicFile.sweepTemporaries(in: root)
            let left = try names(in: folder)
            #expect(left == ["file"])
        }
    }

    @Test("a lock is held by one at a time and given back")
    func whenLockIsHeld_thenOthersAreRefused() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("lock")
            try FileLock.whileHolding(path) {
                let error = #expect(throws: FileError.self) { try FileLock.whileHolding(path) {} }
                #expect(error?.operation == "flock")
                #expect(error?.errno == EWOULDBLOCK)
            }
            #expect(throws: Refusal.self) { try FileLock.whileHolding(path) { throw Refusal() } }
            let result = try FileLock.whileHolding(path) { 7 }
            #expect(result == 7)
        }
    }
}
