import Checkpoints
import DurableFiles
import Foundation
import Glibc
import Tensors
import TestSupport
import Testing

@Suite("Zip files that are not trusted")
struct HostileZipTests {
    private typealias P = PickleAssembler

    private static let pickle = P.program(P.dictionary([("w", P.honestTensor)]))

    private func zip(_ change: (inout ZipAssembler) -> Void = { _ in }) -> [UInt8] {
        var zip = ZipAssembler.checkpoint(Self.pickle)
        change(&zip)
        return zip.bytes
    }

    private func expectLoaded(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try load(bytes).tensors.mapValues(\.values) == ["w": [1, 2, 3]], sourceLocation: sourceLocation)
    }

    @Test("plain, 64-bit and deferred records are read alike")
    func whenRecordsDiffer_thenContentsAreRead() throws {
        try expectLoaded(zip())
        try expectLoaded(zip { $0.isWide = true })
        for flags: UInt16 in [8, 0x808] {
            try expectLoaded(zip { zip in zip.members.indices.forEach { zip.members[$0].flags = flags } })
        }
    }

    @Test("the folder in the archive may have any name")
    func whenPrefixIsUnusual_thenItIsFound() throws {
        try expectLoaded(
            zip { zip in
                for index in zip.members.indices {
                    zip.members[index].name = "Fußnote v1.2" + zip.members[index].name.dropFirst("archive".count)
                }
            }
        )
    }

    @Test("a file cut at any byte is refused", arguments: [false, true])
    func whenFileIsCut_thenItIsRefused(isWide: Bool) throws {
        let whole = zip { $0.isWide = isWide }
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "cut.pth")
            for length in 0..<whole.count {
                try Data(whole.prefix(length)).write(to: path)
                #expect(throws: CheckpointError.self, "\(length)") { try CheckpointFile.load(RawPath(path.path)) }
            }
        }
    }

    @Test("a reference checkpoint cut at many places is refused")
    func whenReferenceFileIsCut_thenItIsRefused() throws {
        let whole = try Data(contentsOf: SharedFiles.reference("sam-med2d/golden/tiny_plain.pth"))
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "cut.pth")
            try whole.write(to: path)
            for length in stride(from: whole.count - 1, to: 0, by: -4099) {
                #expect(truncate(path.path, length) == 0)
                #expect(throws: CheckpointError.self, "\(length)") { try CheckpointFile.load(RawPath(path.path)) }
            }
        }
    }

    @Test("each lie is refused", arguments: lies.keys.sorted())
    func whenZipLies_thenItIsRefused(name: String) throws {
        let change = try #require(Self.lies[name])
        #expect(throws: CheckpointError.self) { try load(zip(change)) }
    }

    private static let lies: [String: @Sendable (inout ZipAssembler) -> Void] = [
        "compressed pickle": { $0.members[0].method = 8 },
        "compressed storage": { $0.members[1].method = 8 },
        "encrypted": { $0.members[1].flags = 1 },
        "wrong checksum of the pickle": { $0.members[0].checksum = 1 },
        "wrong checksum of a storage": { $0.members[1].checksum = 1 },
        "other checksum in the local header": { $0.members[1].localChecksum = 1 },
        "other size in the local header": { $0.members[1].localSize = 8 },
        "other name in the local header": { $0.members[1].localName = "archive/data/1" },
        "longer name in the local header": { $0.members[1].localName = "archive/data/00" },
        "larger in the directory": { $0.members[1].directorySize = 13 },
        "smaller in the directory": { $0.members[1].directorySize = 8 },
        "4 GB in the directory": { $0.members[1].directorySize = .max - 1 },
        "64-bit sizes that are not there": { $0.members[1].directorySize = .max },
        "offset of another member": { $0.members[1].directoryOffset = 0 },
        "offset beyond the file": { $0.members[1].directoryOffset = 1 << 30 },
        "offset into a member": { $0.members[1].directoryOffset = 7 },
        "two members of one name": { $0.members.append($0.members[1]) },
        "member inside another": {
            let inner = ZipAssembler.Member("archive/data/1", $0.members[1].contents)
            var outer = inner
            outer.name = "archive/data/0"
            outer.contents = $0.localRecord(of: inner)
            var pointer = inner
            pointer.directoryOffset = UInt32(
                $0.localRecord(of: $0.members[0]).count + $0.localRecord(of: outer).count - outer.contents.count
            )
            $0.members[1] = outer
            $0.members.append(pointer)
        },
        "member on another disk": { $0.members[1].disk = 1 },
        "path that leaves the folder": { $0.members[2].name = "archive/../../version" },
        "absolute path": { $0.members[2].name = "/etc/passwd" },
        "backslashes": { $0.members[2].name = "archive\\..\\version" },
        "NUL in a name": { $0.members[2].name = "archive/version\0" },
        "empty name": { $0.members[2].name = "" },
        "one member more": { $0.countAdded = 1 },
        "one member less": { $0.countAdded = -1 },
        "60000 members": { $0.countAdded = 60_000 },
        "longer directory": { $0.sizeAdded = 1 },
        "shorter directory": { $0.sizeAdded = -1 },
        "directory elsewhere": { $0.offsetAdded = 4 },
        "comment": { $0.comment = [1, 2, 3] },
        "one member more in 64 bits": {
            $0.isWide = true
            $0.wideCountAdded = 1
        },
        "2^40 members in 64 bits": {
            $0.isWide = true
            $0.wideCountAdded = 1 << 40
        },
        "no pickle": { $0.members.removeFirst() },
        "pickle in a folder below": { $0.members[0].name = "a/b/data.pkl" },
        "two pickles": { $0.members.append(.init("other/data.pkl", $0.members[0].contents)) },
        "storage missing": { $0.members.remove(at: 1) },
        "big-endian": { $0.members.append(.init("archive/byteorder", Array("big".utf8))) },
        "no members": { $0.members = [] },
    ]

    @Test("files of other kinds are refused with the remedy")
    func whenFileIsNoCheckpoint_thenErrorSaysWhatItIs() throws {
        let legacy: [UInt8] = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        let error = #expect(throws: CheckpointError.self) { try load(legacy) }
        #expect(error?.description.contains("1.6") == true)
        for bytes in [[], [0x50], Array("PK".utf8), Array("hello, world".utf8), [UInt8](repeating: 0, count: 100)] {
            #expect(throws: CheckpointError.self) { try load(bytes) }
        }
    }

    @Test("what is no regular file is refused without waiting")
    func whenPathIsNoRegularFile_thenItIsRefused() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path)
            #expect(throws: CheckpointError.self) { try CheckpointFile.load(path) }
            #expect(throws: CheckpointError.self) { try CheckpointFile.load(path.appending("missing")) }
            let pipe = path.appending("pipe")
            #expect(pipe.withCString { mkfifo($0, 0o600) } == 0)
            #expect(throws: CheckpointError.self) { try CheckpointFile.load(pipe) }
        }
    }
}
