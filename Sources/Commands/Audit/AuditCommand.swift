import ArgumentParser

/// Everything about the audit.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who logged in, looked, decided and promoted; and whether the audit is as it was written.",
        subcommands: [AuditShowCommand.self, AuditVerifyCommand.self]
    )
}
