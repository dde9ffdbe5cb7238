import DurableFiles
import Foundation
import Glibc

/// The verb's side of the spool: hands a request over and waits for what comes of it.
struct RequestClient: Sendable {
    let spool: RequestSpool
    /// How long the service may take to begin.
    var patience = Duration.seconds(15)
    /// How long it may take once it has begun: a correction is compared with every image of its series.
    var workTime = Duration.seconds(330)

    /// - Throws: ``CommandFailure`` where the service does not take the request; then nothing was done.
    func ask(_ deed: SiteDeed, actor: String, user: String) async throws -> DeedOutcome {
        try checkOwner()
        let now = Date().timeIntervalSince1970 * 1_000
        let id = String(UInt64(now), radix: 16) + "-" + String(UInt64.random(in: .min ... .max), radix: 16)
        var carried = deed
        if let file = deed.file {
            let copy = spool.path(id, "dcm")
            try carry(file, to: copy)
            carried = deed.moved(to: copy)
        }
        let request = SiteRequest(id: id, deed: carried, actor: actor, user: user, issued: Int64(now))
        let path = spool.path(id, "json")
        try AtomicFile.write(Array(try JSONEncoder().encode(request)), to: path, existing: .keep, subject: "request")
        return try await answer(id)
    }

    private func answer(_ id: String) async throws -> DeedOutcome {
        let begin = ContinuousClock.now
        let answer = spool.path(id, "answer")
        var isTaken = false
        while true {
            if exists(answer) {
                let outcome = try JSONDecoder().decode(DeedOutcome.self, from: try spool.read(answer))
                spool.remove(answer)
                return outcome
            }
            let waited = ContinuousClock.now - begin
            if !isTaken, waited > patience {
                // Whoever renames or removes the request first has it.
                if spool.path(id, "json").withCString({ unlink($0) }) == 0 {
                    spool.remove(spool.path(id, "dcm"))
                    throw CommandFailure(
                        .environment,
                        "whoever owns the ledger did not take the request in time; nothing was done"
                    )
                }
                isTaken = true
            }
            if waited > patience + workTime {
                throw CommandFailure(.environment, "the service has begun and not ended; look with 'review show'")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func exists(_ path: RawPath) -> Bool { path.withCString { access($0, F_OK) } == 0 }

    /// Requests of another user would not be readable for the service, or not be trusted.
    private func checkOwner() throws {
        var status = stat()
        let store = spool.folder.parent
        guard store.withCString({ stat($0, &status) }) == 0, status.st_uid == geteuid() else {
            throw CommandFailure(
                .environment,
                "the running service owns the ledger: run this command as the service's user, or stop the service first"
            )
        }
        try spool.prepare()
    }

    private func carry(_ file: RawPath, to copy: RawPath) throws {
        do throws(FileError) {
            _ = try ReadOnlyFile(file, subject: "correction").size
        } catch {
            throw CommandFailure(naming: file, error)
        }
        let source = try ReadOnlyFile(file, subject: "correction")
        try AtomicFile.writePieces(to: copy, existing: .keep, subject: "request") { writer in
            var failure: FileError?
            try source.readPieces { piece in
                guard failure == nil else { return }
                do throws(FileError) {
                    try writer.append(piece)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
    }
}
