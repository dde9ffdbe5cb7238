import DurableFiles
import Glibc

/// Names for logs: a UID is shown as a salted digest, so that a log cannot be joined with other systems' records.
package struct LogIdentity: Sendable {
    private let salt: String

    /// - Parameter salt: a secret of the site.
    package init(salt: String) { self.salt = salt }

    /// The site's secret, made at first use and kept in the store.
    ///
    /// One that is there and cannot be read is an error: another one would give patients other names.
    package static func salt(in store: RawPath) throws -> String {
        let path = store.appending("log-salt")
        do throws(FileError) {
            let bytes = try ReadOnlyFile(path, subject: "log salt").readAll(limit: 256)
            if !bytes.isEmpty { return String(decoding: bytes, as: UTF8.self) }
        } catch {
            guard error.errno == ENOENT else { throw error }
        }
        let salt = hexadecimal((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        try AtomicFile.write(Array(salt.utf8), to: path, subject: "log salt")
        return salt
    }

    /// Twelve hexadecimal digits that stand for a UID at this site.
    package func name(_ uid: String) -> String {
        String(SHA256Digest(of: Array("\(salt)\u{0}\(uid)".utf8)).hex.prefix(12))
    }
}
