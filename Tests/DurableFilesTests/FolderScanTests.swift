import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Listing folders")
struct FolderScanTests {
    @Test("every kind of entry is told apart, links are not followed, names are raw bytes in byte order")
    func whenListing_thenEntriesAreThose() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            let odd = RawPath(bytes: [0xFF, 0xFE] + Array(".dcm".utf8))
            let long = RawPath(bytes: [UInt8](repeating: UInt8(ascii: "n"), count: 255))
            for name in [odd, long, RawPath("a"), RawPath(" "), RawPath("x\ny")] {
                try AtomicFile.write([1, 2, 3], to: root.appending(name))
            }
            try AtomicFile.createFolder(root.appending("folder"))
            #expect(symlink("a", root.appending("link").displayName) == 0)
            #expect(mkfifo(root.appending("pipe").displayName, 0o600) == 0)
            let entries = try FolderScan.entries(of: root)
            let names = [RawPath(" "), RawPath("a"), RawPath("folder"), RawPath("link"), long, RawPath("pipe")]
            #expect(entries.map(\.name) == names + [RawPath("x\ny"), odd])
            let kinds: [FolderScan.Kind] = [.file, .file, .folder, .symbolicLink, .file, .other, .file, .file]
            #expect(entries.map(\.kind) == kinds)
            #expect(entries.filter { $0.kind == .file }.allSatisfy { $0.size == 3 && $0.modified > 0 && $0.inode > 0 })
        }
    }

    @Test("a folder of many entries is listed whole")
    func whenFolderHasManyEntries_thenNoneIsMissing() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            // Names of every length, so that records end anywhere in the buffer of the C library.
            let names = (1...1500).map { String(repeating: "n", count: 1 + $0 % 200) + "\($0)" }
            for name in names {
                let descriptor = root.appending(name).withCString { open($0, O_CREAT | O_WRONLY, 0o600) }
                #expect(descriptor >= 0)
                close(descriptor)
            }
            let entries = try FolderScan.entries(of: root)
            #expect(Set(entries.map(\.name)) == Set(names.map { RawPath($0) }))
            #expect(entries.count == names.count)
        }
    }

    @Test("files below a root are named relative to it, folders are not listed")
    func whenScanningBelow_thenNamesAreRelative() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            try AtomicFile.createFolder(root.appending("b/c"))
            try AtomicFile.createFolder(root.appending("empty"))
            for name in ["z", "b/y", "b/c/x"] { try AtomicFile.write([], to: root.appending(name)) }
            #expect(symlink(".", root.appending("b/loop").displayName) == 0)
            let entries = try FolderScan.files(below: root)
            #expect(entries.map(\.name.displayName) == ["b/c/x", "b/loop", "b/y", "z"])
        }
    }

    @Test("a folder that cannot be opened is reported and the rest is found")
    func whenFolderIsTooDeep_thenItIsReported() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            try AtomicFile.write([], to: root.appending("file"))
            // The kernel takes no path longer than 4096 bytes; such folders are made and removed step by step.
            let name = String(repeating: "d", count: 250)
            var descriptors = [open(folder.path, O_RDONLY | O_DIRECTORY)]
            for _ in 0..<17 {
                let parent = try #require(descriptors.last)
                #expect(mkdirat(parent, name, 0o700) == 0)
                descriptors.append(openat(parent, name, O_RDONLY | O_DIRECTORY))
            }
            var unreadable: [Int32] = []
            let entries = try FolderScan.files(below: root) { unreadable.append($1.errno) }
            while let descriptor = descriptors.popLast() {
                close(descriptor)
                if let parent = descriptors.last { #expect(unlinkat(parent, name, AT_REMOVEDIR) == 0) }
            }
            #expect(entries.map(\.name) == [RawPath("file")])
            #expect(unreadable == [ENAMETOOLONG])
        }
    }

    @Test("a root that is missing is an error")
    func whenRootIsMissing_thenErrorIsThrown() {
        let error = #expect(throws: FileError.self) { try FolderScan.files(below: RawPath("/nonexistent/folder")) }
        #expect(error?.errno == ENOENT)
    }
}
