import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Reading files")
struct ReadOnlyFileTests {
    @Test("the contents come whole, in pieces and at once")
    func whenReading_thenContentsAreWhole() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("file")
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
            try AtomicFile.write(bytes, to: path)
            let file = try ReadOnlyFile(path)
            #expect(file.size == bytes.count)
            var pieces: [UInt8] = []
            try file.readPieces { pieces.append(contentsOf: $0) }
            let whole = try ReadOnlyFile(path).readAll()
            #expect(pieces == bytes)
            #expect(whole == bytes)
        }
    }

    @Test("a file over the limit is refused")
    func whenFileIsTooLarge_thenItIsRefused() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("file")
            try AtomicFile.write([1, 2, 3], to: path)
            #expect(throws: FileError.self) { try ReadOnlyFile(path).readAll(limit: 2) }
            let bytes = try ReadOnlyFile(path).readAll(limit: 3)
            #expect(bytes == [1, 2, 3])
        }
    }

    @Test("a file that has more bytes than it said is refused at the limit")
    func whenFileGrows_thenLimitHolds() throws {
        // The kernel says that this file is empty, and then gives some hundred bytes.
        let path = RawPath("/proc/self/status")
        let error = #expect(throws: FileError.self) { try ReadOnlyFile(path).readAll(limit: 10) }
        #expect(error?.description.contains("over 10") == true)
    }

    @Test("links, pipes, folders and missing files are refused without waiting")
    func whenPathIsNoRegularFile_thenItIsRefused() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            try AtomicFile.write([1], to: root.appending("file"))
            #expect(symlink("file", root.appending("link").displayName) == 0)
            #expect(mkfifo(root.appending("pipe").displayName, 0o600) == 0)
            for path in [root.appending("link"), root.appending("pipe"), root, root.appending("missing")] {
                #expect(throws: FileError.self, "\(path)") { _ = try ReadOnlyFile(path).size }
            }
        }
    }

    @Test("errors name the operation and the caller's subject, not the path")
    func whenOpeningFails_thenPathIsNotTold() {
        let error = #expect(throws: FileError.self) { _ = try ReadOnlyFile(RawPath("/none/name"), subject: "SEG").size }
        #expect(error?.description == "open of SEG failed: No such file or directory")
        #expect(FileError(operation: "write", subject: "SEG", errno: ENOSPC).isOutOfSpace)
        #expect(!FileError(operation: "write", subject: "SEG", errno: EIO).isOutOfSpace)
    }
}
