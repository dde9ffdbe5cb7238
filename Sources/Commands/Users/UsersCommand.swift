import ArgumentParser
import DurableFiles
import Foundation
import Logging
import Profiles
import ReviewWeb

/// Everything about who may use the review page.
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "Who may use the review page, and as what.",
        discussion: "A change counts at once, also while the service runs. Run as the service's user.",
        subcommands: [
            UsersAddCommand.self, UsersListCommand.self, UsersRoleCommand.self, UsersPasswordCommand.self,
            UsersTokenCommand.self, UsersRemoveCommand.self,
        ]
    )
}

/// The users file of a site, and its audit.
struct SiteUsers {
    let file: UserFile
    private let audit: AuditTrail

    init(_ options: SiteOptions) throws {
        guard let web = try options.load().web else {
            throw CommandFailure(.environment, "the site has no review page: give its site file a <web> element")
        }
        file = UserFile(web.users)
        audit = AuditTrail(
            web.audit,
            study: { _ in nil },
            logger: Logger(label: "preread") { StreamLogHandler.standardError(label: $0) }
        )
    }

    /// All users.
    func list() throws -> [UserRecord] { try words { try file.users() } }

    /// Changes the users and notes who did it to whom.
    func edit(_ deed: String, _ change: (inout [UserRecord]) throws -> Void) async throws {
        try words { try file.edit(change) }
        do {
            try await audit.note(AuditEntry(.users, by: ProcessInfo.processInfo.userName, detail: deed))
        } catch {
            throw CommandFailure(.environment, "the users are changed, but the audit cannot be written")
        }
    }

    /// Changes one user.
    func edit(_ name: String, _ deed: String, _ change: (inout UserRecord) throws -> Void) async throws {
        try await edit("\(deed) \(name)") { users in
            guard let index = users.firstIndex(where: { $0.name == name.precomposedStringWithCanonicalMapping }) else {
                throw UserFileError("there is no user \(name)")
            }
            try change(&users[index])
        }
    }

    private func words<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as UserFileError {
            throw CommandFailure(.wrongUse, "\(file.path.displayName): \(error.description)")
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}

extension ReviewRole: ExpressibleByArgument {}
