import DurableFiles

/// Names for logs: a UID is shown as a salted digest, so that a log cannot be joined with other systems' records.
package struct LogIdentity: Sendable {
    private let salt: String

    /// - Parameter salt: a secret of the site.
    package init(salt: String) { self.salt = salt }

    /// Twelve hexadecimal digits that stand for a UID at this site.
    package func name(_ uid: String) -> String {
        String(SHA256Digest(of: Array("\(salt)\u{0}\(uid)".utf8)).hex.prefix(12))
    }
}
