import DurableFiles
import Foundation
import Ledger
import Logging
import Profiles
import ServiceLifecycle

/// Looks for changed profiles while the service runs, and takes them into use when they are right.
///
/// Jobs that were planned keep their version. Series that nothing fitted are planned again.
struct ProfileReloadService: Service {
    let catalogue: ProfileCatalogue
    let ledger: any JobLedger
    /// Where `preread status` reads how it went.
    let stateFile: RawPath
    let interval: Duration
    let logger: Logger

    func run() async throws {
        try? ProfileStateFile(catalogue.state).write(stateFile)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            } catch is CancellationError {
                break
            }
            await round()
        }
    }

    /// One look.
    func round() async {
        switch catalogue.reload() {
        case .unchanged: return
        case .refused(let error):
            for problem in error.problems {
                logger.error("changed profiles are not used", metadata: ["problem": "\(problem.description)"])
            }
        case .loaded(let set):
            let versions = set.profiles.map { "\($0.id) \($0.version)" }.joined(separator: ", ")
            logger.notice("profiles loaded again", metadata: ["profiles": "\(versions)"])
            await reopen()
        }
        do {
            try ProfileStateFile(catalogue.state).write(stateFile)
        } catch {
            logger.warning("the state of the profiles cannot be written", metadata: ["error": "\(error)"])
        }
    }

    /// Series that nothing fitted may fit now.
    private func reopen() async {
        do {
            for series in try await ledger.series(in: [.unmatched]) {
                try await ledger.reopen(series.uid, by: "profiles")
            }
        } catch {
            logger.error("series cannot be planned again now", metadata: ["error": "\(error)"])
        }
    }
}

/// What `preread status` and the page say of the profiles of a running service.
struct ProfileStateFile: Codable, Hashable {
    /// A problem with its place.
    struct Problem: Codable, Hashable {
        let file: String
        let line: Int?
        let message: String
        let remedy: String
    }

    /// A profile in use.
    struct Profile: Codable, Hashable {
        let id: String
        let version: String
    }

    /// When this was written.
    let written: Date
    /// How often profiles were loaded since the start.
    let revision: Int
    let profiles: [Profile]
    /// Why changed files are not used; empty where all are.
    let problems: [Problem]

    init(_ state: ProfileCatalogue.State, written: Date = Date()) {
        self.written = written
        revision = state.revision
        profiles = state.set.profiles.map { Profile(id: $0.id, version: $0.version) }
        problems = state.problems.map {
            Problem(file: $0.file, line: $0.line, message: $0.message, remedy: $0.remedy)
        }
    }

    /// In the store of a site.
    static func path(_ site: SiteConfiguration) -> RawPath { site.folders.store.appending("profiles-state.json") }

    /// What a running or stopped service wrote last; `nil` where it wrote nothing that can be read.
    static func read(_ path: RawPath) -> ProfileStateFile? {
        guard let bytes = try? ReadOnlyFile(path, subject: "state of profiles").readAll(limit: 1 << 20) else {
            return nil
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(Self.self, from: Data(bytes))
    }

    func write(_ path: RawPath) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write(Array(try encoder.encode(self)), to: path)
    }
}
