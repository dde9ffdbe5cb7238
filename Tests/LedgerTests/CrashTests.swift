import DurableFiles
import Foundation
import Glibc
import Ledger
import LedgerSQLite
import TestSupport
import Testing

@Suite(.serialized) struct CrashTests {
    @Test("Whatever moment a process is killed at, each row has its file and each promise is kept")
    func killedProcessesLeaveOrder() async throws {
        // This test is its own child: started again with this variable it writes until it is killed.
        if let folder = getenv("PREREAD_TEST_CHILD").map({ String(cString: $0) }) {
            try await CrashingWriter(folder).run()
        }
        try await withTemporaryFolder { folder in
            var promised: Set<String> = []
            for round in 1...8 {
                promised.formUnion(try kill(afterPromises: round % 4 + 1, in: folder))
                try await check(folder, promised)
            }
            #expect(promised.count >= 8)
        }
    }

    /// Runs a writer, kills it after some promises, and answers them.
    private func kill(afterPromises count: Int, in folder: URL) throws -> [String] {
        let binary = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let filter = "--filter killedProcessesLeaveOrder --testing-library swift-testing"
        let promises = FileManager.default.temporaryDirectory.appending(path: "preread-promises-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: promises) }
        let writer = try ChildProgram(
            "/bin/sh",
            ["-c", "exec 3>&1 1>/dev/null 2>&1; exec '\(binary)' \(filter)"],
            environment: ["PREREAD_TEST_CHILD": folder.path, "PATH": "/usr/bin:/bin"]
                .merging(ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }) { $1 },
            output: promises
        )
        while try writer.said().count(where: { $0 == UInt8(ascii: "\n") }) < count {
            guard writer.isRunning else {
                _ = writer.wait()
                throw ChildProgram.NotStarted(description: "the writer ended by itself")
            }
        }
        // The next transactions take a few hundred microseconds each: die anywhere in them.
        let moment = ContinuousClock.now + .microseconds(Int.random(in: 0...4000))
        while ContinuousClock.now < moment {}
        Glibc.kill(writer.processIdentifier, SIGKILL)
        #expect(writer.wait() == .signal(SIGKILL))
        return String(decoding: try writer.said(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func check(_ folder: URL, _ promised: Set<String>) async throws {
        let ledger = try SQLiteLedger(at: folder.appending(path: "l.sqlite").path)
        var instances: Set<String> = []
        for file in try await ledger.files(FileFilter(states: [.stored])) {
            let copy = try #require(file.copy)
            #expect(try SHA256Digest(ofFile: RawPath(folder.path).appending(copy)).hex == file.digest?.hex)
            let uid = try #require(file.sopInstanceUID)
            #expect(try await ledger.instance(uid)?.storePath == copy)
            instances.insert(uid.rawValue)
        }
        var published: Set<String> = []
        for job in try await ledger.jobs(JobFilter()) {
            let volume = try await ledger.instances(of: job.id)
            #expect(volume.count == 1)
            #expect(volume.allSatisfy { instances.contains($0.identity.sopInstanceUID.rawValue) })
            #expect((job.state == .annotated) == (job.result != nil))
            guard let written = job.result?.segmentation else { continue }
            let path = RawPath(folder.path).appending(written.path)
            #expect(try SHA256Digest(ofFile: path).hex == written.digest.hex)
            published.insert(job.series.rawValue)
        }
        #expect(promised.subtracting(published) == [])
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "store").path)
        where !name.hasPrefix(AtomicFile.temporaryPrefix) {
            let path = RawPath(folder.path).appending("store/\(name)")
            #expect(try SHA256Digest(ofFile: path).hex == name)
        }
        try ledger.close()
    }
}

/// Takes files in and works jobs off without end; says so on descriptor 3 once a result is published.
private struct CrashingWriter {
    let folder: RawPath

    init(_ folder: String) { self.folder = RawPath(folder) }

    func run() async throws -> Never {
        let store = folder.appending("store")
        try AtomicFile.createFolder(store)
        try AtomicFile.sweepTemporaries(in: store)
        let ledger = try SQLiteLedger(
            at: folder.appending("l.sqlite").displayName,
            retryPolicy: RetryPolicy(maximumAttempts: 1000, firstDelay: .zero)
        )
        _ = try await ledger.recover(.all)
        var number = try await ledger.files(FileFilter()).count
        while true {
            number += 1
            let name = "1.3.\(number)"
            let image = try await candidate(name, in: ledger, store: store)
            _ = try await ledger.admit([image])
            try await ledger.planAll(name)
            while let leased = try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60)) {
                try await work(leased, in: ledger, store: store)
            }
        }
    }

    private func candidate(
        _ name: String,
        in ledger: SQLiteLedger,
        store: RawPath
    ) async throws -> InstanceCandidate {
        let bytes = Array(String(repeating: name, count: 500).utf8)
        let content = SHA256Digest(of: bytes)
        try AtomicFile.write(bytes, to: store.appending(content.hex))
        let sample = try await ledger.candidate(Sample(name + ".1").inSeries(name))
        return InstanceCandidate(
            file: sample.file,
            identity: sample.identity,
            digest: try #require(ContentDigest(hex: content.hex)),
            size: Int64(bytes.count),
            storePath: "store/\(content)"
        )
    }

    private func work(_ leased: LeasedJob, in ledger: SQLiteLedger, store: RawPath) async throws {
        let bytes = Array(String(repeating: "seg of \(leased.job.series.rawValue)", count: 300).utf8)
        let content = SHA256Digest(of: bytes)
        try AtomicFile.write(bytes, to: store.appending(content.hex))
        let written = SegmentationFile(
            path: "store/\(content)",
            digest: try #require(ContentDigest(hex: content.hex)),
            sopInstanceUID: InstanceUID("2.25.\(leased.job.id.rawValue)")
        )
        let result = JobResult(segmentation: written, receiptPath: "none")
        try #require(try await ledger.publish(result, under: leased.lease))
        let promise = Array("\(leased.job.series.rawValue)\n".utf8)
        try #require(promise.withUnsafeBytes { Glibc.write(3, $0.baseAddress, $0.count) } == promise.count)
    }
}
