import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import Ingest
import Ledger
import Synchronization
import Testing

/// A drop folder in which some calls fail, as a test wants it.
private final class FaultyFolder: DropFolder {
    private let real: DirectoryDropFolder
    /// The error number of the next `open` of a name.
    let openErrors = Mutex<[String: Int32]>([:])
    /// Called before a file is opened.
    let beforeOpen = Mutex<(@Sendable () -> Void)?>(nil)
    /// Folders that cannot be listed.
    let unreadable = Mutex<[String]>([])

    init(_ real: DirectoryDropFolder) { self.real = real }

    func scan() throws(FileError) -> FolderListing {
        let hidden = unreadable.withLock { $0 }
        let listing = try real.scan()
        let visible = listing.entries.filter { entry in !hidden.contains { entry.name.displayName.hasPrefix($0) } }
        return FolderListing(entries: visible, unreadable: hidden.map { RawPath($0) })
    }

    func open(_ path: RawPath) throws(FileError) -> DroppedHandle {
        if let error = openErrors.withLock({ $0[path.displayName] }) {
            throw FileError(operation: "openat", subject: "dropped file", errno: error)
        }
        beforeOpen.withLock { $0 }?()
        return try real.open(path)
    }

    func remove(_ path: RawPath) throws(FileError) { try real.remove(path) }
}

/// Says the same of every file.
private struct FixedInspector: InstanceInspector {
    let inspection: Inspection

    func inspect(_ file: RawPath) async -> Inspection { inspection }
}

@Suite struct IngestorFaultTests {
    @Test("A file that may not be read waits with a reason, is tried again after a back-off, and is stored then")
    func deniedFilesWait() async throws {
        try await IngestBench.run { bench in
            let folder = FaultyFolder(DirectoryDropFolder(RawPath(bench.incoming.path)))
            bench.wrap = { _ in folder }
            folder.openErrors.withLock { $0 = ["a.dcm": EACCES] }
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try bench.drop(try SyntheticSlice(1), as: "b.dcm")
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "pending ACCESS_DENIED")
            #expect(try await bench.outcome("b.dcm") == "stored")

            folder.openErrors.withLock { $0 = [:] }
            try await bench.round()
            #expect(try await bench.outcome("a.dcm") == "pending ACCESS_DENIED")
            bench.clock.advance(by: .seconds(10))
            try await bench.round()
            #expect(try await bench.outcome("a.dcm") == "stored")
        }
    }

    @Test("A file that is replaced between the scan and the copy is judged by its new bytes")
    func replacedFilesAreJudgedAnew() async throws {
        try await IngestBench.run { bench in
            let folder = FaultyFolder(DirectoryDropFolder(RawPath(bench.incoming.path)))
            bench.wrap = { _ in folder }
            try bench.drop(Data("not an image".utf8), as: "a.dcm")
            let path = bench.path(Array("a.dcm".utf8))
            let bytes = Array(try SyntheticSlice(0).bytes)
            folder.beforeOpen.withLock { $0 = { try? AtomicFile.write(bytes, to: path) } }
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "pending")
            folder.beforeOpen.withLock { $0 = nil }
            try await bench.settle()
            #expect(try await bench.tallies() == ["stored": 1])
        }
    }

    @Test("A folder that cannot be listed loses nothing")
    func unreadableFoldersLoseNothing() async throws {
        try await IngestBench.run { bench in
            let folder = FaultyFolder(DirectoryDropFolder(RawPath(bench.incoming.path)))
            bench.wrap = { _ in folder }
            try bench.drop(try SyntheticSlice(0), as: "sub/a.dcm")
            try await bench.round()
            folder.unreadable.withLock { $0 = ["sub"] }
            for _ in 1...4 {
                bench.clock.advance(by: .seconds(5))
                #expect(try await bench.round().unreadableFolders == 1)
            }
            #expect(try await bench.outcome("sub/a.dcm") == "pending")
            folder.unreadable.withLock { $0 = [] }
            try await bench.settle()
            #expect(try await bench.outcome("sub/a.dcm") == "stored")
            // And once it is judged, its absence changes nothing either.
            folder.unreadable.withLock { $0 = ["sub"] }
            try await bench.settle()
            #expect(try await bench.outcome("sub/a.dcm") == "stored")
        }
    }

    @Test("A missing drop folder is an error of the round, and nothing is forgotten")
    func missingFoldersForgetNothing() async throws {
        try await IngestBench.run { bench in
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try await bench.round()
            let aside = bench.incoming.deletingLastPathComponent().appending(path: "aside")
            try FileManager.default.moveItem(at: bench.incoming, to: aside)
            for _ in 1...3 { await #expect(throws: FileError.self) { try await bench.round() } }
            #expect(try await bench.tallies() == ["pending": 1])
            try FileManager.default.moveItem(at: aside, to: bench.incoming)
            try await bench.settle()
            #expect(try await bench.tallies() == ["stored": 1])
        }
    }

    @Test("Intake pauses before the disk is full, and goes on by itself")
    func intakePausesBeforeTheDiskIsFull() async throws {
        try await IngestBench.run { bench in
            bench.configuration.reservedSpace = .max / 2
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            #expect(try await bench.settle().pause == .outOfSpace)
            #expect(try await bench.tallies() == ["pending": 1])
            bench.configuration.reservedSpace = 0
            bench.restart()
            #expect(try await bench.settle().pause == nil)
            #expect(try await bench.tallies() == ["stored": 1])
        }
    }

    @Test("A file on which the parser dies is quarantined, and the others go on")
    func parserCrashesAreQuarantined() async throws {
        try await IngestBench.run { bench in
            bench.inspector = FixedInspector(inspection: .refused(.parserCrash, message: "the parser died"))
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "quarantined PARSER_CRASH")
            try await bench.checkCopies()

            // After an update of the parser a person releases it; the original is gone by then.
            bench.inspector = InProcessInspector()
            bench.restart()
            try FileManager.default.removeItem(at: bench.incoming.appending(path: "a.dcm"))
            try await bench.ledger.release(try await bench.file("a.dcm").id, by: "anna")
            try await bench.round()
            #expect(try await bench.tallies() == ["stored": 1])
            try await bench.checkCopies()
        }
    }

    @Test("An ignored file that is released is judged again where it lies")
    func ignoredFilesAreJudgedAgain() async throws {
        try await IngestBench.run { bench in
            bench.inspector = FixedInspector(inspection: .refused(.otherObject, message: "not now"))
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "ignored OTHER_OBJECT")
            bench.inspector = InProcessInspector()
            bench.restart()
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "ignored OTHER_OBJECT")
            try await bench.ledger.release(try await bench.file("a.dcm").id, by: "anna")
            try await bench.round()
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "stored")
        }
    }

    @Test("A file that went away before it settled is off the record, also across a restart")
    func vanishedFilesAreWithdrawn() async throws {
        try await IngestBench.run { bench in
            for name in ["a.dcm", "b.dcm"] { try bench.drop(try SyntheticSlice(0), as: name) }
            try await bench.round()
            try FileManager.default.removeItem(at: bench.incoming.appending(path: "a.dcm"))
            for _ in 1...2 { try await bench.round() }
            #expect(try await bench.tallies() == ["pending": 1])
            try FileManager.default.removeItem(at: bench.incoming.appending(path: "b.dcm"))
            bench.restart()
            for _ in 1...2 { try await bench.round() }
            #expect(try await bench.tallies() == [:])
        }
    }
}
