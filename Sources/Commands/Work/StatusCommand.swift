import ArgumentParser
import Ledger
import LedgerSQLite

/// What came in, what is queued, what is held.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What came in, what is queued, what is done, and what is held and why."
    )

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Report: Encodable {
        struct Files: Encodable {
            let state: String
            let reason: String?
            let count: Int
        }
        struct Unmatched: Encodable {
            let series: String
            let reason: String
            let message: String
        }
        let files: [Files]
        let jobs: [String: Int]
        let corrections: [String: Int]
        let unmatched: [Unmatched]
        /// What the service wrote last of its profiles; `nil` before its first start.
        let profiles: ProfileStateFile?
    }

    func run() async throws {
        let site = try self.site.load()
        let ledger = try LedgerReports.open(site)
        let tallies = try await ledger.fileTallies()
        let counts = try await ledger.jobCounts()
        let corrections = try await ledger.correctionCounts()
        let unmatched = try await ledger.series(in: [.unmatched, .held])
        let report = Report(
            files: tallies.map { .init(state: $0.state.rawValue, reason: $0.reason, count: $0.count) },
            jobs: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }),
            corrections: Dictionary(uniqueKeysWithValues: corrections.map { ($0.key.rawValue, $0.value) }),
            unmatched: unmatched.map {
                .init(series: $0.uid.rawValue, reason: $0.reason ?? $0.state.rawValue, message: $0.message ?? "")
            },
            profiles: ProfileStateFile.read(ProfileStateFile.path(site))
        )
        guard !json else { return try JSONOutput.print(report) }
        var files = TextTable(["files", "reason", "count"])
        for line in report.files { files.add([line.state, line.reason ?? "", "\(line.count)"]) }
        var jobs = TextTable(["jobs", "count"])
        for (state, count) in report.jobs.sorted(by: { $0.key < $1.key }) { jobs.add([state, "\(count)"]) }
        print(files.text)
        print("\n\(jobs.text)")
        if !report.corrections.isEmpty {
            var table = TextTable(["corrections", "count"])
            for (state, count) in report.corrections.sorted(by: { $0.key < $1.key }) { table.add([state, "\(count)"]) }
            print("\n\(table.text)")
        }
        if let profiles = report.profiles {
            let versions = profiles.profiles.map { "\($0.id) \($0.version)" }.joined(separator: ", ")
            print("\nprofiles in use: \(versions)")
            for problem in profiles.problems {
                let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
                print("changed profiles are not used: \(place): \(problem.message). \(problem.remedy).")
            }
        }
        for line in report.unmatched {
            print("\nseries \(line.series): \(line.reason)\n\(line.message)")
        }
    }
}
