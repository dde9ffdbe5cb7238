import DurableFiles
import Foundation

/// What `model.json` says about the weights beside it.
public struct ModelManifest: Sendable, Hashable, Codable {
    /// A file by length and digest.
    public struct File: Sendable, Hashable, Codable {
        /// The name without folders.
        public let name: String
        public let byteCount: Int
        public let sha256: SHA256Digest
    }

    /// The only version there is.
    public static let currentFormat = 1

    /// The version of this file's layout.
    public let format: Int
    /// The name of the package, which is that of its folder.
    public let name: String
    public let architecture: ModelArchitecture
    public let configuration: ModelConfiguration
    /// The weights of this package.
    public let weights: File
    /// What was imported.
    public let origin: File
    /// The licence of the weights, as a person gave it.
    public let licence: String
    /// When the package was made.
    public let imported: Date
    public let notes: String

    /// Reads the contents of a `model.json`.
    public init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self = try decoder.decode(ModelManifest.self, from: Data(json))
    }

    init(
        package: (name: String, licence: String, notes: String),
        network: (architecture: ModelArchitecture, configuration: ModelConfiguration),
        files: (weights: File, origin: File),
        imported: Date
    ) {
        format = Self.currentFormat
        name = package.name
        licence = package.licence
        notes = package.notes
        (architecture, configuration) = network
        (weights, origin) = files
        self.imported = imported
    }

    /// The contents of a `model.json`: sorted keys, dates in ISO 8601 UTC.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
