import ArgumentParser
import Ledger
import LedgerSQLite

/// Has a held file judged again, or lets a held study go on.
struct QuarantineReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Have a held or ignored file judged again, or let its held study be worked on.",
        discussion: """
            While the service runs it owns the ledger: stop it first, run this command as the service's user, and start \
            it again.
            """
    )

    @Argument(help: "The file's number, as 'quarantine list' shows it.")
    var number: Int64

    @Flag(help: "Release the study of the file: whoever does has made sure that what is in the store is one patient's.")
    var study = false

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await OwnedLedger.change(try site.load()) { ledger, actor in
            guard study else { return try await ledger.release(FileID(rawValue: number), by: actor) }
            guard let file = try await ledger.file(FileID(rawValue: number)) else {
                throw CommandFailure(.wrongUse, "there is no file \(number)")
            }
            guard let held = file.studyUID else {
                throw CommandFailure(.wrongUse, "file \(number) belongs to no study: release the file alone")
            }
            try await ledger.release(held, by: actor)
        }
        print(
            study
                ? "the study of file \(number) is worked on when the service runs"
                : "file \(number) is judged again when the service runs"
        )
    }
}
