import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import Ingest
import Ledger
import TestSupport
import Testing

@Suite(.serialized) struct ChildProcessInspectorTests {
    /// A file that children are asked about; scripts do not look at it.
    private static let anyFile = RawPath("/any")

    @Test("A child finds what this process would, in one file after the other, and is replaced after some")
    func childrenFindTheSame() async throws {
        // This test is its own child: started again with this variable it serves instead.
        if getenv("PREREAD_TEST_CHILD") != nil {
            dup2(3, 1)
            InspectionServer.run()
            _exit(0)
        }
        try await withTemporaryFolder { folder in
            let slice = try SyntheticSlice(0)
            let contents = [
                slice.bytes, Data("text".utf8), slice.bytes.dropLast(100), try SyntheticSlice(1).bytes, Data(),
            ]
            let binary = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let test = "childrenFindTheSame --testing-library swift-testing"
            let script = "export PREREAD_TEST_CHILD=1; exec 3>&1 1>/dev/null; exec '\(binary)' --filter \(test)"
            var settings = ChildProcessInspector.Settings(executable: "/bin/sh", arguments: ["-c", script])
            settings.filesPerChild = 3
            let inspector = ChildProcessInspector(settings)
            for (number, bytes) in contents.enumerated() {
                // A name that is no text goes through as bytes.
                let path = RawPath(folder.path).appending(RawPath(bytes: [0xFF, 0x0A, UInt8(number)]))
                try AtomicFile.write(Array(bytes), to: path)
                let expected = await InProcessInspector().inspect(path)
                #expect(await inspector.inspect(path) == expected)
            }
        }
    }

    @Test(
        "A child that dies, hangs or talks nonsense makes the file a parser crash",
        arguments: [
            "read limits; read path; kill -9 $$", "read limits; read path; kill -SEGV $$", "exit 1",
            "read limits; read path; exec sleep 1000", "read limits; read path; echo nonsense; read path",
        ]
    )
    func brokenChildrenAreParserCrashes(script: String) async {
        let inspector = inspector(script)
        for _ in 1...2 { #expect(await code(inspector) == .parserCrash) }
    }

    @Test("A file on which a used child dies gets a second chance in a fresh one")
    func usedChildrenAreReplaced() async throws {
        let answer = try JSONEncoder().encode(Inspection.refused(.notDICOM, message: "no"))
        let script = "read limits; read path; echo '\(String(decoding: answer, as: UTF8.self))'; read path; kill -9 $$"
        let inspector = inspector(script)
        for _ in 1...3 { #expect(await code(inspector) == .notDICOM) }
    }

    @Test("An inspection that cannot be started is no verdict: the file waits")
    func missingProgramsAreNoVerdict() async throws {
        try await IngestBench.run { bench in
            let settings = ChildProcessInspector.Settings(executable: "/nonexistent", arguments: [])
            bench.inspector = ChildProcessInspector(settings)
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            #expect(try await bench.settle().pause == .storeFailed)
            #expect(try await bench.tallies() == ["pending": 1])
            try await bench.checkCopies()
        }
    }

    private func inspector(_ script: String) -> ChildProcessInspector {
        var settings = ChildProcessInspector.Settings(executable: "/bin/sh", arguments: ["-c", script])
        settings.deadline = .milliseconds(500)
        return ChildProcessInspector(settings)
    }

    private func code(_ inspector: ChildProcessInspector) async -> ReasonCode? {
        guard case .refused(let code, _) = await inspector.inspect(Self.anyFile) else { return nil }
        return code
    }
}
