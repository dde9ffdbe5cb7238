import DurableFiles
import Foundation
import Synchronization

/// Who may come in: the users file as it is now.
///
/// A change of the file counts from the next request on; nothing has to be restarted.
public final class UserDirectory: Sendable {
    private let file: UserFile
    private let cache = Mutex(Cache())
    /// A hash takes 128 MiB for a good part of a second: one after the other.
    private let work = SerialWork("passwords")
    /// What a password is compared with where there is no such user, so that both take the same time.
    private let decoy: PasswordHash

    private struct Cache {
        var version: UserFile.Version?
        var users: [String: UserRecord] = [:]
    }

    /// Reads the users of a file.
    ///
    /// - Throws: ``UserFileError`` where the file is not safe to use.
    public init(_ file: UserFile, decoyCost: PasswordHash.Cost = .recommended) throws {
        self.file = file
        decoy = try PasswordHash(Secrets.token(), cost: decoyCost)
        _ = try users()
    }

    /// Whether anybody can come in.
    public var isEmpty: Bool { get throws { try users().isEmpty } }

    func user(_ name: String) throws -> UserRecord? { try users()[name.precomposedStringWithCanonicalMapping] }

    /// The user whose password this is.
    func user(_ name: String, password: String) async throws -> UserRecord? {
        let user = try user(name)
        let stored = user?.password.flatMap { PasswordHash($0) }
        let hash = stored ?? decoy
        let matches = try await work.run { try hash.matches(password) }
        return matches && stored != nil ? user : nil
    }

    /// The user that a program's token belongs to.
    func user(token: String) throws -> UserRecord? {
        let digest = hexadecimal(Secrets.digest(token))
        var found: UserRecord?
        // All are compared, whichever fits.
        for user in try users().values {
            for known in user.tokens where Secrets.areEqual(known.sha256.hex.utf8, digest.utf8) { found = user }
        }
        return found
    }

    private func users() throws -> [String: UserRecord] {
        let version = try file.version()
        if let known = cache.withLock({ $0.version == version && version != nil ? $0.users : nil }) { return known }
        let users = Dictionary(try file.users().map { ($0.name, $0) }) { first, _ in first }
        cache.withLock { $0 = Cache(version: version, users: users) }
        return users
    }
}
