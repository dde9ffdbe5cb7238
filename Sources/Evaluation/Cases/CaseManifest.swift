import DurableFiles
import Foundation

/// A frozen list of reviewed cases: what a run learned from and what it was judged on, exactly.
///
/// A JSON file, format 1. It carries a digest of its own contents and of every file that it names, so a case that was
/// changed, left out or slipped in afterwards is found. Paths are relative to a root that the reader gives; the manifest
/// can move with its files. A patient has one role: see ``check()``.
public struct CaseManifest: Sendable, Hashable {
    /// The layout that this version reads and writes.
    public static let format = 1
    /// Bytes; a larger file is refused unread.
    public static let sizeLimit = 256 << 20

    /// The cases, in ascending order of their ids.
    public let cases: [ReviewedCase]
    /// What was drawn by chance was drawn from this.
    public let seed: UInt64
    /// The rules by which cases were chosen and split, in words for people.
    public let rules: [String]
    /// The version of the program that froze the list.
    public let program: String
    /// ISO 8601, UTC: when the list was frozen.
    public let created: String
    /// SHA-256 of everything else in the manifest, in the canonical form: compact JSON with sorted keys.
    public let digest: SHA256Digest

    /// Freezes a list after checking it.
    public init(
        cases: [ReviewedCase],
        seed: UInt64,
        rules: [String],
        program: String,
        created: String
    ) throws(CaseManifestError) {
        let sorted = cases.sorted { $0.id < $1.id }
        let contents = Contents(
            format: Self.format,
            cases: sorted,
            seed: seed,
            rules: rules,
            program: program,
            created: created
        )
        self.cases = sorted
        self.seed = seed
        self.rules = rules
        self.program = program
        self.created = created
        digest = try contents.digest()
        try check()
    }

    /// The cases of a role.
    public func cases(of role: ReviewedCase.Role) -> [ReviewedCase] { cases.filter { $0.role == role } }

    /// The key of a patient: SHA-256 of the site's salt and of the identity that headers carry.
    ///
    /// The identity alone could be found by trying all patient numbers; the salt keeps others from it. One site uses one
    /// salt for ever, or a patient gets two keys.
    public static func patientKey(of identity: SHA256Digest, salt: [UInt8]) -> String {
        SHA256Digest(of: salt + [0] + Array(identity.hex.utf8)).hex
    }

    // MARK: - Files

    /// Reads a manifest, and proves it and every file that it names.
    ///
    /// `root` is the folder that the cases' paths are relative to; without one it is the manifest's own.
    public static func load(_ path: RawPath, root: RawPath? = nil) throws(CaseManifestError) -> CaseManifest {
        let manifest = try read(path)
        try manifest.verifyFiles(root: root ?? path.parent)
        return manifest
    }

    /// Reads a manifest and proves its own digest and its rules, but no other file.
    public static func read(_ path: RawPath) throws(CaseManifestError) -> CaseManifest {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try ReadOnlyFile(path, subject: "manifest").readAll(limit: sizeLimit)
        } catch {
            throw .unreadable(error.description)
        }
        return try CaseManifest(json: bytes)
    }

    /// Decodes a manifest's bytes; a manifest that is not the one that was frozen is refused.
    public init(json bytes: [UInt8]) throws(CaseManifestError) {
        do {
            self = try JSONDecoder().decode(CaseManifest.self, from: Data(bytes))
        } catch let error as CaseManifestError {
            throw error
        } catch {
            throw .unreadable("it is no manifest of cases in JSON (\(Self.place(of: error)))")
        }
    }

    /// Proves that every file is there and is the one that was frozen.
    public func verifyFiles(root: RawPath, of role: ReviewedCase.Role? = nil) throws(CaseManifestError) {
        for reviewed in cases where role == nil || reviewed.role == role {
            for instance in reviewed.instances {
                try Self.verify(instance.path, instance.sha256, of: reviewed.id, root: root)
            }
            try Self.verify(reviewed.truth.path, reviewed.truth.sha256, of: reviewed.id, root: root)
            if let receipt = reviewed.receipt {
                try Self.verify(receipt.path, receipt.sha256, of: reviewed.id, root: root)
            }
        }
    }

    /// The JSON file's bytes, keys sorted.
    public func jsonBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    private static func verify(
        _ path: String,
        _ expected: SHA256Digest,
        of id: String,
        root: RawPath
    ) throws(CaseManifestError) {
        let found: SHA256Digest
        do throws(FileError) {
            found = try SHA256Digest(ofFile: root.appending(path))
        } catch {
            throw .missing(id: id, path: path, detail: error.description)
        }
        guard found == expected else { throw .changed(id: id, path: path) }
    }

    private static func place(of error: any Error) -> String {
        let context: DecodingError.Context? =
            switch error {
            case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
                DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context):
                context
            default: nil
            }
        let path = context?.codingPath.map(\.stringValue).joined(separator: "/") ?? ""
        return path.isEmpty ? "at its top" : "at \(path)"
    }
}

// MARK: - JSON

extension CaseManifest: Codable {
    /// Everything that the digest is of.
    private struct Contents: Codable {
        let format: Int
        let cases: [ReviewedCase]
        let seed: UInt64
        let rules: [String]
        let program: String
        let created: String

        func digest() throws(CaseManifestError) -> SHA256Digest {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            do {
                return SHA256Digest(of: try encoder.encode(self))
            } catch {
                throw .unreadable("its contents cannot be written as JSON")
            }
        }
    }

    private enum Key: String, CodingKey {
        case format, digest
    }

    /// Reads a manifest and refuses one whose contents are not those of its digest.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let format = try container.decode(Int.self, forKey: .format)
        guard format == Self.format else { throw CaseManifestError.format(format) }
        let stated = try container.decode(SHA256Digest.self, forKey: .digest)
        let contents = try Contents(from: decoder)
        self = try CaseManifest(
            cases: contents.cases,
            seed: contents.seed,
            rules: contents.rules,
            program: contents.program,
            created: contents.created
        )
        guard digest == stated else { throw CaseManifestError.tampered(stated: stated, found: digest) }
    }

    /// Writes the contents and their digest.
    public func encode(to encoder: any Encoder) throws {
        let contents = Contents(
            format: Self.format,
            cases: cases,
            seed: seed,
            rules: rules,
            program: program,
            created: created
        )
        try contents.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(digest, forKey: .digest)
    }
}
