import DurableFiles
import Foundation
import Glibc

/// A deed that a person asks the running service to do, signed with who and when.
struct SiteRequest: Sendable, Codable {
    /// Names the request's files.
    let id: String
    let deed: SiteDeed
    /// Under which name it is recorded.
    let actor: String
    /// The user who ran the verb.
    let user: String
    /// Milliseconds since 1970.
    let issued: Int64
}

/// How verbs reach the service that owns the ledger: files in a private folder of the store.
///
/// `ID.json` is a request, `ID.dcm` what travels with it, `ID.taken` a request that the service has begun, `ID.answer` what came of it.
/// Each appears whole, by renaming. Nobody but the service's user can write here.
struct RequestSpool: Sendable {
    static let folderName = "requests"

    let folder: RawPath

    /// The spool of a store; nothing is made yet.
    init(store: RawPath) { folder = store.appending(Self.folderName) }

    func prepare() throws(FileError) { try AtomicFile.createFolder(folder) }

    func path(_ id: String, _ suffix: String) -> RawPath { folder.appending("\(id).\(suffix)") }

    /// Whether a folder entry is the spool's business, and which request it is.
    func id(of name: RawPath, _ suffix: String) -> String? {
        let text = name.displayName
        guard text.hasSuffix(".\(suffix)") else { return nil }
        let id = text.dropLast(suffix.utf8.count + 1)
        return !id.isEmpty && id.allSatisfy { $0.isASCII && $0.isHexDigit || $0 == "-" } ? String(id) : nil
    }

    func remove(_ path: RawPath) { _ = path.withCString { unlink($0) } }

    /// Only files of the user whom this process runs as are trusted, and root's.
    func read(_ path: RawPath) throws -> Data {
        let file = try ReadOnlyFile(path, subject: "request")
        var status = stat()
        guard fstat(file.descriptor, &status) == 0, status.st_uid == geteuid() || status.st_uid == 0 else {
            throw FileError(operation: "read", subject: "request", errno: EACCES)
        }
        return Data(try file.readAll(limit: 1 << 20))
    }
}
