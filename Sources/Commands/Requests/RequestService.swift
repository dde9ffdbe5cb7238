import DurableFiles
import Foundation
import Glibc
import Ledger
import Logging
import ServiceLifecycle

/// The service's side of the spool: does what verbs ask for.
struct RequestService: Service {
    let spool: RequestSpool
    let execution: DeedExecution
    let interval: Duration
    let logger: Logger

    /// An answer that nobody has fetched for so long is not going to be.
    private static let answerLifetime: Int64 = 24 * 3600

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await round()
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// Does every request that waits, those first that an earlier run had begun.
    func round() async {
        do {
            let names = try FolderScan.entries(of: spool.folder)
            for entry in names {
                if let id = spool.id(of: entry.name, "taken") { try await work(on: id) }
            }
            for entry in names {
                guard let id = spool.id(of: entry.name, "json"), take(id) else { continue }
                try await work(on: id)
            }
            sweep(names)
        } catch {
            logger.error("requests cannot be worked on now", metadata: ["error": "\(error)"])
        }
    }

    /// A verb that has given up has removed the request.
    private func take(_ id: String) -> Bool {
        spool.path(id, "json").withCString { old in
            spool.path(id, "taken").withCString { new in rename(old, new) == 0 }
        }
    }

    private func work(on id: String) async throws {
        let taken = spool.path(id, "taken")
        let outcome: DeedOutcome
        do {
            let request = try JSONDecoder().decode(SiteRequest.self, from: try spool.read(taken))
            // A file of the spool is the only one that a request may name.
            let deed = request.deed.moved(to: spool.path(id, "dcm"))
            outcome = await execution.perform(deed, by: request.actor)
            logger.info("request done", metadata: ["status": "\(outcome.status)"])
        } catch {
            outcome = DeedOutcome(.environment, "the service cannot read the request")
        }
        try AtomicFile.write(
            Array(try JSONEncoder().encode(outcome)),
            to: spool.path(id, "answer"),
            subject: "answer"
        )
        spool.remove(spool.path(id, "dcm"))
        spool.remove(taken)
    }

    private func sweep(_ entries: [FolderScan.Entry]) {
        let now = Int64(Date().timeIntervalSince1970)
        for entry in entries where now - entry.modified / 1_000_000_000 > Self.answerLifetime {
            spool.remove(spool.folder.appending(entry.name))
        }
    }
}
