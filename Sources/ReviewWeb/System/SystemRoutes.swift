import DurableFiles
import Foundation
import Glibc
import Hummingbird
import Ledger

/// What does not change while the service runs.
package struct SystemFacts: Sendable {
    package let version: String
    package let started: Date
    /// Folders whose disks may fill up, by what they are for.
    package let folders: [(name: String, path: RawPath)]

    package init(version: String, started: Date = Date(), folders: [(name: String, path: RawPath)]) {
        self.version = version
        self.started = started
        self.folders = folders
    }
}

/// How the service is doing.
package struct SystemRoutes: ReviewRoutes {
    private let facts: SystemFacts
    private let ledger: any LedgerQueries
    private let catalogue: any ReviewCatalogue
    private let work = SerialWork("system")

    private static let hours = 24

    /// The state of a service.
    package init(_ facts: SystemFacts, ledger: any LedgerQueries, catalogue: any ReviewCatalogue) {
        self.facts = facts
        self.ledger = ledger
        self.catalogue = catalogue
    }

    private struct Worker: Encodable {
        let id: String
        let job: Int64
        let since: Date
    }

    private struct Disk: Encodable {
        let folder: String
        let freeBytes: UInt64
        let totalBytes: UInt64
    }

    private struct Hour: Encodable {
        let hour: Date
        let jobs: Int
    }

    private struct Answer: Encodable {
        let version: String
        let started: Date
        let queue: [String: Int]
        let workers: [Worker]
        let disk: [Disk]
        let throughput: [Hour]
        let memoryMB: Int
        let cores: Int
        let models: [ModelSummary]
    }

    package func add(to group: ReviewGroup) {
        group.get("system", use: system)
        group.get("profiles", use: profiles)
        group.post("profiles/explain", .viewer, use: explain)
    }

    private func system(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Answer> {
        let counts = try await ledger.jobCounts()
        let (facts, catalogue) = (facts, catalogue)
        let (disk, models) = await work.run { (Self.disks(facts.folders), catalogue.models()) }
        return JSONAnswer(
            Answer(
                version: facts.version,
                started: facts.started,
                queue: Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0.rawValue, counts[$0] ?? 0) }),
                workers: try await workers(),
                disk: disk,
                throughput: try await throughput(),
                memoryMB: Self.residentBytes >> 20,
                cores: ProcessInfo.processInfo.activeProcessorCount,
                models: models
            )
        )
    }

    private func workers() async throws(LedgerError) -> [Worker] {
        var workers: [Worker] = []
        for job in try await ledger.jobs(JobFilter(states: [.running])) {
            guard let lease = job.lease else { continue }
            let claimed = try await ledger.events(of: .job(job.id)).last { $0.action == JobEvent.claim.rawValue }
            workers.append(
                Worker(id: lease.owner.rawValue, job: job.id.rawValue, since: (claimed?.time ?? job.updated).date)
            )
        }
        return workers
    }

    /// Every hour of a day up to now, those without a result too.
    private func throughput() async throws(LedgerError) -> [Hour] {
        let hour: Int64 = 3_600_000
        let last = Int64(Date().timeIntervalSince1970 * 1_000) / hour * hour
        let first = last - Int64(Self.hours - 1) * hour
        let counts = try await ledger.resultCounts(since: Timestamp(milliseconds: first))
        return stride(from: first, through: last, by: Int64.Stride(hour)).map { start in
            let moment = Timestamp(milliseconds: start)
            return Hour(hour: moment.date, jobs: counts[moment] ?? 0)
        }
    }

    /// See: 'man 3 statvfs'. `f_bavail` is what this user may still write.
    private static func disks(_ folders: [(name: String, path: RawPath)]) -> [Disk] {
        folders.compactMap { folder in
            var status = statvfs()
            guard folder.path.withCString({ statvfs($0, &status) }) == 0 else { return nil }
            return Disk(
                folder: folder.name,
                freeBytes: UInt64(status.f_bavail) * UInt64(status.f_frsize),
                totalBytes: UInt64(status.f_blocks) * UInt64(status.f_frsize)
            )
        }
    }

    /// See: 'man 5 proc', /proc/self/statm: the second number is the resident set in pages.
    private static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        return numbers.count > 1 ? numbers[1] * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    // MARK: - Profiles

    private struct Profiles: Encodable {
        let items: [ProfileSummary]
        let problems: [ProfileProblem]
    }

    private func profiles(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Profiles> {
        let catalogue = catalogue
        return await work.run {
            JSONAnswer(Profiles(items: catalogue.profiles(), problems: catalogue.profileProblems()))
        }
    }

    private struct Question: Decodable {
        let job: Int64
    }

    private func explain(
        _ request: Request,
        _ context: ReviewContext
    ) async throws -> JSONAnswer<[String: [ExplainedRule]]> {
        let number = try await request.json(as: Question.self).job
        guard let job = try await ledger.job(JobID(rawValue: number)) else {
            throw ReviewError.notFound("there is no such job")
        }
        return JSONAnswer(["items": try await catalogue.explain(job)])
    }
}
