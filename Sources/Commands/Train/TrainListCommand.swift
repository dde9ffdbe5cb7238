import ArgumentParser
import DurableFiles
import Foundation
import Profiles

/// Lists training runs.
struct TrainListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the training runs.")

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let folder = TrainingFolder(path: try site.load().training.folder)
        let records = try folder.runs().filter { try folder.exists($0.record) }.map { try folder.record(of: $0) }
        guard !json else { return try JSONOutput.print(records) }
        guard !records.isEmpty else { return print("no training run yet") }
        var table = TextTable(["run", "begun by", "model", "scope", "phase", "outcome", "candidate"])
        for record in records {
            table.add([
                record.id, record.actor, record.incumbent.name, record.scope, record.phase.rawValue,
                record.outcome?.rawValue ?? "", record.candidate?.name ?? "",
            ])
        }
        print(table.text)
    }
}
