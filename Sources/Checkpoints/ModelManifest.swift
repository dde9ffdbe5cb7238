import DurableFiles
import Foundation

/// What `model.json` says about the weights beside it.
public struct ModelManifest: Sendable, Hashable, Codable {
    /// A file by length and digest.
    public struct File: Sendable, Hashable, Codable {
        /// The name without folders.
        public let name: String
        /// The length.
        public let byteCount: Int
        /// The digest of the contents.
        public let sha256: SHA256Digest
    }

    /// Where the weights of a fine-tuned package come from.
    public struct Training: Sendable, Hashable, Codable {
        /// The package that was fine-tuned.
        public let parent: String
        /// Of the parent's weights.
        public let parentSHA256: SHA256Digest
        /// The name of the training run.
        public let run: String
        /// Of the frozen list of cases that it learnt from.
        public let casesSHA256: SHA256Digest
        /// Which parameters learnt.
        public let scope: String
        /// Of all random choices.
        public let seed: UInt64
        /// Steps of the optimiser that the weights have seen.
        public let steps: Int

        /// A provenance from its parts.
        public init(
            parent: (name: String, sha256: SHA256Digest),
            run: String,
            casesSHA256: SHA256Digest,
            scope: String,
            seed: UInt64,
            steps: Int
        ) {
            (self.parent, parentSHA256) = parent
            self.run = run
            self.casesSHA256 = casesSHA256
            self.scope = scope
            self.seed = seed
            self.steps = steps
        }
    }

    /// The only version there is.
    public static let currentFormat = 1

    /// The version of this file's layout.
    public let format: Int
    /// The name of the package, which is that of its folder.
    public let name: String
    /// Which network the weights belong to.
    public let architecture: ModelArchitecture
    /// Its dimensions.
    public let configuration: ModelConfiguration
    /// The weights of this package.
    public let weights: File
    /// What was imported; of a fine-tuned package its own weights.
    public let origin: File
    /// How the weights were fine-tuned; nil for imported ones.
    public let training: Training?
    /// The licence of the weights, as a person gave it.
    public let licence: String
    /// When the package was made.
    public let imported: Date
    /// Free text of the person who imported it.
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
        training: Training? = nil,
        imported: Date
    ) {
        format = Self.currentFormat
        name = package.name
        licence = package.licence
        notes = package.notes
        (architecture, configuration) = network
        (weights, origin) = files
        self.training = training
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
