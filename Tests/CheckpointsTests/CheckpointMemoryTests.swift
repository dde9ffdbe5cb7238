import Checkpoints
import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Memory that hostile files can claim")
struct CheckpointMemoryTests {
    /// Files that claim much, written into a folder.
    ///
    /// They are made in this process and loaded in another, whose memory has then seen nothing else.
    private func writeFiles(into folder: URL) throws {
        let pickles = HostilePickles.bombs.merging(HostilePickles.lyingTensors) { one, _ in one }
        for (index, pickle) in pickles.values.enumerated() {
            let bytes = ZipAssembler.checkpoint(pickle).bytes
            try Data(bytes).write(to: folder.appending(path: "pickle-\(index)"))
        }
        for (index, bytes) in SafetensorsHeaderTests.lies.values.enumerated() {
            try Data(bytes).write(to: folder.appending(path: "header-\(index)"))
        }
    }

    /// The highest resident memory of this process so far, in KiB. See: 'man 5 proc', VmHWM
    private static func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]))
    }

    @Test("refusing all of them takes less than 64 MiB")
    func whenFilesClaimMuch_thenMemoryStaysSmall() async throws {
        try await withTemporaryFolder { folder in
            try writeFiles(into: folder)
            await #expect(processExitsWith: .success) { [path = folder.path as String] in
                let files = try FolderScan.entries(of: RawPath(path))
                #expect(files.count > 100)
                // The first error loads what printing and throwing need.
                #expect(throws: CheckpointError.self) { try CheckpointFile.load(RawPath(path).appending("missing")) }
                let before = try CheckpointMemoryTests.peakMemory()
                for file in files {
                    #expect(throws: CheckpointError.self) {
                        try CheckpointFile.load(RawPath(path).appending(file.name))
                    }
                }
                let growth = try CheckpointMemoryTests.peakMemory() - before
                #expect(growth < 64 << 10, "\(growth) KiB")
            }
        }
    }
}
