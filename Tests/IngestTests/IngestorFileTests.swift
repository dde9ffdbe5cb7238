import DurableFiles
import Foundation
import Glibc
import Ingest
import Ledger
import Testing

@Suite struct IngestorFileTests {
    @Test("A file is stored after it has settled, and the original stays as it was")
    func settledFilesAreStored() async throws {
        try await IngestBench.run { bench in
            let slice = try SyntheticSlice(0)
            try bench.drop(slice, as: "study/a.dcm")
            let before = try DirectoryDropFolder(RawPath(bench.incoming.path)).scan().entries
            #expect(try await bench.round().new == 1)
            #expect(try await bench.outcome("study/a.dcm") == "pending")
            bench.clock.advance(by: .seconds(9))
            try await bench.round()
            #expect(try await bench.outcome("study/a.dcm") == "pending")
            bench.clock.advance(by: .seconds(1))
            try await bench.round()
            let file = try await bench.file("study/a.dcm")
            #expect(file.outcome.state == .stored)
            let digest = SHA256Digest(of: slice.bytes).hex
            #expect(file.copy == "\(digest.prefix(2))/\(digest).dcm")
            try await bench.checkCopies()
            #expect(try DirectoryDropFolder(RawPath(bench.incoming.path)).scan().entries == before)
            #expect(try Data(contentsOf: bench.incoming.appending(path: "study/a.dcm")) == slice.bytes)
        }
    }

    @Test("A file that is still being copied waits until it is whole")
    func halfCopiedFilesWait() async throws {
        try await IngestBench.run { bench in
            let slice = try SyntheticSlice(0)
            let url = bench.incoming.appending(path: "a.dcm")
            // In place and without a rename, as `cp` writes; each piece within the settle time of the one before.
            for end in stride(from: 500, to: slice.bytes.count, by: 500) {
                try slice.cut(to: end).write(to: url)
                try await bench.round()
                bench.clock.advance(by: .seconds(8))
            }
            #expect(try await bench.outcome("a.dcm") == "pending")
            try slice.bytes.write(to: url)
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "stored")
            #expect(try await bench.tallies() == ["stored": 1])
        }
    }

    @Test("A copy under a temporary name is taken when it gets its own")
    func renamedFilesAreTaken() async throws {
        try await IngestBench.run { bench in
            try bench.drop(try SyntheticSlice(0), as: "a.dcm.part")
            try await bench.settle()
            try await bench.settle()
            #expect(try await bench.tallies() == ["pending": 1])
            #expect(rename(bench.path(Array("a.dcm.part".utf8)), bench.path(Array("a.dcm".utf8))))
            try await bench.settle()
            try await bench.round()
            #expect(try await bench.tallies() == ["stored": 1])
        }
    }

    @Test("A copy that is never finished is quarantined with what there is")
    func unfinishedCopiesTimeOut() async throws {
        try await IngestBench.run { bench in
            try bench.drop(try SyntheticSlice(0).cut(to: 700), as: "a.part")
            try await bench.settle()
            bench.clock.advance(by: bench.configuration.incompleteTimeout)
            try await bench.round()
            #expect(try await bench.outcome("a.part") == "quarantined INCOMPLETE_TIMEOUT")
            try await bench.checkCopies()
        }
    }

    @Test("The same bytes under another name are a duplicate, other bytes of the same instance a conflict")
    func repeatedInstancesAreToldApart() async throws {
        try await IngestBench.run { bench in
            let slice = try SyntheticSlice(0)
            try bench.drop(slice, as: "1.dcm")
            try await bench.settle()
            try bench.drop(slice, as: "again/2.dcm")
            try bench.drop(slice.withOtherPixels(), as: "again/3.dcm")
            try await bench.settle()
            #expect(try await bench.outcome("again/2.dcm") == "duplicate DUPLICATE_SAME")
            #expect(try await bench.outcome("again/3.dcm") == "quarantined UID_CONFLICT")
            let conflict = try await bench.file("again/3.dcm")
            #expect(conflict.copy == "quarantine/\(try #require(conflict.digest))")
            let kept = try await bench.ledger.instance(try #require(conflict.sopInstanceUID))
            #expect(kept?.digest.hex == SHA256Digest(of: slice.bytes).hex)
            try await bench.checkCopies()
        }
    }

    @Test("Conflicts inside one delivery are found as well")
    func conflictsInOneBatchAreFound() async throws {
        try await IngestBench.run { bench in
            let slice = try SyntheticSlice(0)
            for name in ["1.dcm", "2.dcm", "3.dcm"] { try bench.drop(slice, as: name) }
            try bench.drop(slice.withOtherPixels(), as: "4.dcm")
            try await bench.settle()
            #expect(
                try await bench.tallies() == [
                    "stored": 1, "duplicate DUPLICATE_SAME": 2, "quarantined UID_CONFLICT": 1,
                ]
            )
            try await bench.checkCopies()
        }
    }

    @Test("A file dropped again over itself is one more file with the same bytes")
    func overwritingWithTheSameBytesIsADuplicate() async throws {
        try await IngestBench.run { bench in
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try await bench.settle()
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try await bench.settle()
            #expect(try await bench.tallies() == ["stored": 1, "duplicate DUPLICATE_SAME": 1])
        }
    }

    @Test("Two patients in one study hold the whole study")
    func twoPatientsHoldTheStudy() async throws {
        try await IngestBench.run { bench in
            for number in 0..<4 { try bench.drop(try SyntheticSlice(number), as: "\(number).dcm") }
            try await bench.settle()
            try bench.drop(try SyntheticSlice(4).ofPatient("ID-other"), as: "4.dcm")
            try await bench.complete()
            #expect(try await bench.tallies() == ["quarantined IDENTITY_CONFLICT": 5])
            #expect(try await bench.ledger.jobs(JobFilter()) == [])
            try await bench.checkCopies()

            let study = try #require(try await bench.file("0.dcm").studyUID)
            try await bench.ledger.release(study, by: "anna")
            try await bench.round()
            bench.clock.advance(by: .seconds(30))
            #expect(try await bench.round().jobs.count == 1)
            #expect(try await bench.tallies() == ["stored": 4, "quarantined IDENTITY_CONFLICT": 1])
        }
    }

    @Test(
        "Names are bytes, whatever they are",
        arguments: [
            [0xFF, 0xFE, 0x2E, 0x64], Array("line\nbreak".utf8), Array("-rf".utf8), Array("$(id).dcm".utf8),
            Array("\u{1B}[2J".utf8), Array("...".utf8), Array(repeating: 0x78, count: 255), Array("Müller^Jürgen".utf8),
        ] as [[UInt8]]
    )
    func awkwardNamesAreStored(name: [UInt8]) async throws {
        try await IngestBench.run { bench in
            let folder = Array("caf\u{E9}/".unicodeScalars.map { UInt8($0.value) })
            try bench.drop(try SyntheticSlice(0).bytes, as: folder + name)
            try await bench.settle()
            #expect(try await bench.tallies() == ["stored": 1])
            let file = try #require(try await bench.ledger.files(FileFilter()).first)
            #expect(file.path.bytes == folder + name)
        }
    }

    @Test("Links, pipes and linked folders are named, not followed, and hold nobody up")
    func irregularFilesAreNotFollowed() async throws {
        try await IngestBench.run { bench in
            let outside = bench.store.deletingLastPathComponent().appending(path: "outside")
            try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
            try (try SyntheticSlice(0)).bytes.write(to: outside.appending(path: "secret.dcm"))
            let links = [("link.dcm", "outside/secret.dcm"), ("folder", "outside"), ("loop", "incoming/loop")]
            for (name, target) in links {
                try FileManager.default.createSymbolicLink(
                    atPath: bench.incoming.appending(path: name).path,
                    withDestinationPath: bench.store.deletingLastPathComponent().appending(path: target).path
                )
            }
            #expect(mkfifo(bench.incoming.appending(path: "pipe.dcm").path, 0o600) == 0)
            try bench.drop(try SyntheticSlice(1), as: "real.dcm")
            try await bench.settle()
            #expect(try await bench.tallies() == ["ignored NOT_REGULAR": 4, "stored": 1])
        }
    }

    @Test("A folder on the way that becomes a link after the scan is not entered")
    func foldersOnTheWayAreNotFollowed() throws {
        try withTemporaryFolders { inside, outside in
            try Data("x".utf8).write(to: outside.appending(path: "a"))
            try FileManager.default.createSymbolicLink(
                at: inside.appending(path: "sub"),
                withDestinationURL: outside
            )
            let folder = DirectoryDropFolder(RawPath(inside.path))
            #expect(throws: FileError.self) { _ = try folder.open(RawPath("sub/a")).descriptor }
            #expect(throws: FileError.self) { try folder.remove(RawPath("sub/a")) }
            #expect(FileManager.default.fileExists(atPath: outside.appending(path: "a").path))
        }
    }

    @Test(
        "What is no image gets its reason, and a copy only where a person must look",
        arguments: [
            (Data(), "ignored NOT_DICOM"), (Data("hello".utf8), "ignored NOT_DICOM"),
            (Data([0x50, 0x4B, 0x03, 0x04]) + Data(count: 100), "ignored ARCHIVE"),
        ]
    )
    func otherFilesAreIgnored(bytes: Data, outcome: String) async throws {
        try await IngestBench.run { bench in
            try bench.drop(bytes, as: "a")
            try await bench.settle()
            #expect(try await bench.outcome("a") == outcome)
            #expect(try await bench.file("a").copy == nil)
            try await bench.checkCopies()
        }
    }

    @Test("A truncated image is quarantined byte for byte")
    func truncatedImagesAreQuarantined() async throws {
        try await IngestBench.run { bench in
            let bytes = try SyntheticSlice(0).bytes.dropLast(100)
            try bench.drop(bytes, as: "a.dcm")
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "quarantined TRUNCATED_PIXELS")
            let copy = try #require(try await bench.file("a.dcm").copy)
            #expect(try Data(contentsOf: bench.store.appending(path: copy)) == bytes)
        }
    }

    @Test("A file that is too large stays where it is, with a reason and without a copy")
    func hugeFilesAreNotCopied() async throws {
        try await IngestBench.run { bench in
            bench.configuration.maximumFileSize = 1000
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try await bench.settle()
            #expect(try await bench.outcome("a.dcm") == "quarantined TOO_LARGE")
            #expect(try await bench.file("a.dcm").copy == nil)
        }
    }

    @Test("Originals are removed only where the site asks for it, and only what is stored")
    func originalsAreRemovedOnRequest() async throws {
        try await IngestBench.run { bench in
            bench.configuration.deletesAfterIngest = true
            try bench.drop(try SyntheticSlice(0), as: "a/1.dcm")
            try bench.drop(try SyntheticSlice(0), as: "a/2.dcm")
            try bench.drop(try SyntheticSlice(1).cut(to: 900), as: "a/bad.dcm")
            try bench.drop(Data("note".utf8), as: "a/note.txt")
            try await bench.settle()
            try await bench.settle()
            let left = try FileManager.default.contentsOfDirectory(atPath: bench.incoming.appending(path: "a").path)
            #expect(Set(left) == ["bad.dcm", "note.txt"])
            let tallies = try await bench.tallies()
            #expect(tallies["stored"] == 1)
            #expect(tallies["duplicate DUPLICATE_SAME"] == 1)
            #expect(tallies.values.reduce(0, +) == 4)
            try await bench.checkCopies()

            // The name is free: what comes under it next is a new file, whatever its inode and time.
            try bench.drop(try SyntheticSlice(0), as: "a/1.dcm")
            try await bench.settle()
            #expect(try await bench.tallies()["duplicate DUPLICATE_SAME"] == 2)
        }
    }

    @Test("A flood is taken in over several rounds, and nothing is planned before it is over")
    func floodsTakeSeveralRounds() async throws {
        try await IngestBench.run { bench in
            bench.configuration.filesPerRound = 2
            bench.configuration.studyQuietTime = .zero
            for number in 0..<5 { try bench.drop(try SyntheticSlice(number), as: "\(number).dcm") }
            let first = try await bench.settle()
            #expect(first.backlog == 3)
            #expect(first.planned == 0)
            #expect(try await bench.round().backlog == 1)
            let last = try await bench.round()
            #expect(last.backlog == 0)
            #expect(last.planned == 1)
            #expect(try await bench.tallies() == ["stored": 5])
        }
    }

    private func rename(_ old: RawPath, _ new: RawPath) -> Bool {
        old.withCString { old in new.withCString { new in Glibc.rename(old, new) } } == 0
    }
}
