import DurableFiles
import Foundation

/// A user as the users file holds them.
public struct UserRecord: Sendable, Hashable, Codable {
    /// A token by which a program asks under this user's name.
    public struct Token: Sendable, Hashable, Codable {
        /// What it is for.
        public let label: String
        /// SHA-256 of the token; the token itself is nowhere.
        public let sha256: SHA256Digest
        /// When it was made, ISO 8601.
        public let created: String
    }

    /// The name that decisions carry.
    public let name: String
    /// What they may do.
    public var role: ReviewRole
    /// `en` or `de`.
    public var language: String
    /// ``PasswordHash/text``; `nil` where only tokens are to be used.
    public var password: String?
    /// Tokens of programs.
    public var tokens: [Token]

    /// A user without a password or token.
    ///
    /// - Throws: ``UserFileError`` where the name or language is not allowed.
    public init(name: String, role: ReviewRole, language: String = "en") throws(UserFileError) {
        let name = name.precomposedStringWithCanonicalMapping
        guard Self.isAllowed(name) else {
            throw UserFileError(
                "a user's name has 1 to 64 letters, digits, blanks and . _ - @ ', and begins with a letter"
            )
        }
        guard Self.languages.contains(language) else {
            throw UserFileError("the page speaks \(Self.languages.joined(separator: " and "))")
        }
        self.name = name
        self.role = role
        self.language = language
        tokens = []
    }

    /// What the page can be shown in.
    public static let languages = ["en", "de"]

    /// The name goes into DICOM objects as a person's name, and into logs.
    private static func isAllowed(_ name: String) -> Bool {
        (1...64).contains(name.unicodeScalars.count) && name.utf8.count <= 128
            && name.unicodeScalars.first?.properties.isAlphabetic == true && name.last != " "
            && name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || " ._-@'".unicodeScalars.contains($0)
            }
    }

    /// What changes when the user has to prove anew who they are.
    var credential: [UInt8] { Secrets.digest(password ?? "") }
}

/// A users file that cannot be used or changed, in words for the operator.
public struct UserFileError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what can be done.
    public let description: String

    /// An error in words.
    public init(_ description: String) { self.description = description }
}
