import ArgumentParser
import DurableFiles
import Evaluation
import Foundation
import Profiles

/// Shows one training run.
struct TrainShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one training run: how far it is, what the gate said, where the report is."
    )

    @Argument(help: "The run's id. Default: the latest.")
    var id: String?

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let folder = TrainingFolder(path: try site.load().training.folder)
        let runs = try folder.runs().filter { try folder.exists($0.record) }
        guard let run = id == nil ? runs.last : runs.first(where: { $0.id == id }) else {
            throw CommandFailure(.wrongUse, "there is no such training run: see 'preread train list'")
        }
        let record = try folder.record(of: run)
        guard !json else { return try JSONOutput.print(record) }
        var table = TextTable(["", ""])
        table.add(["run", record.id])
        table.add(["begun", "\(record.created.formatted(.iso8601)) by \(record.actor)"])
        table.add(["model", "\(record.incumbent.name) \(record.incumbent.sha256)"])
        table.add([
            "what learns", "\(record.scope), \(record.precision), at most \(record.steps) steps, seed \(record.seed)",
        ])
        table.add(["cases", "\(run.cases.displayName) \(record.casesSHA256)"])
        table.add(["phase", record.phase.rawValue])
        if let candidate = record.candidate { table.add(["candidate", "\(candidate.name) \(candidate.sha256)"]) }
        if let outcome = record.outcome { table.add(["outcome", outcome.rawValue]) }
        for reason in record.reasons + record.notes { table.add(["", reason]) }
        if let shadow = record.shadow {
            let done = ShadowedSeries.count(try folder.shadowLines(of: run))
            table.add(["shadowed", "\(done) of \(shadow.series) series"])
        }
        if try folder.exists(run.shadowReport) { table.add(["shadow report", run.shadowReport.displayName]) }
        if try folder.exists(run.report) { table.add(["report", run.report.displayName]) }
        print(table.text)
    }
}
