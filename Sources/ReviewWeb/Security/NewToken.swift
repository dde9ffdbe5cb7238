import DurableFiles
import Foundation

/// A token that was just made: the only moment at which it can be read.
public struct NewToken: Sendable {
    /// What the program sends.
    public let secret: String
    /// What is kept.
    public let record: UserRecord.Token

    /// Makes a token of 256 random bits.
    public init(label: String) {
        secret = Secrets.token()
        record = UserRecord.Token(
            label: label,
            sha256: SHA256Digest(of: Array(secret.utf8)),
            created: Date().formatted(.iso8601)
        )
    }
}
