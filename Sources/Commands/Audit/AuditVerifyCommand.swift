import ArgumentParser
import DurableFiles
import Ledger
import LedgerSQLite
import Profiles
import ReviewWeb

/// Checks the audit's chain.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Find lines of the audit that were changed or removed. Ends with status 1 where there are any."
    )

    @OptionGroup var site: SiteOptions

    func run() async throws {
        let audit = try SiteAudit(site)
        let check: AuditVerification
        do {
            check = try AuditVerification(audit.path, anchor: try await audit.anchor())
        } catch let error as FileError {
            throw CommandFailure(.environment, "\(audit.path.displayName): \(error.description)")
        }
        for finding in check.findings {
            print(finding.line > 0 ? "line \(finding.line) \(finding.message)" : finding.message)
        }
        guard check.findings.isEmpty else { throw CommandFailure(.findings) }
        print("\(check.lines) lines are as they were written")
    }
}

/// The audit of a site.
struct SiteAudit {
    let path: RawPath
    private let options: SiteOptions

    init(_ options: SiteOptions) throws {
        guard let web = try options.load().web else {
            throw CommandFailure(.environment, "the site has no review page, and so no audit")
        }
        self.options = options
        path = web.audit
    }

    /// The last line that the ledger remembers; `nil` before the first.
    func anchor() async throws -> (number: Int64, digest: String)? {
        let anchor = try await LedgerReports.open(try options.load()).auditAnchor()
        return anchor.map { ($0.number, $0.digest.hex) }
    }
}
