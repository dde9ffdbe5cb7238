import DurableFiles
import Foundation

/// Which atlases profiles use in place of those that their files name, and how that came about.
///
/// What was promoted for a profile lies on a stack: going back takes the top away. A profile whose stack is empty uses the
/// atlases of its file.
public struct AtlasPromotions: Sendable, Hashable, Codable {
    /// The file in the folder of atlases.
    public static let fileName = "promoted.json"
    static let currentFormat = 1

    /// An atlas by name and contents.
    public struct Member: Sendable, Hashable, Codable {
        /// The name of its package.
        public let name: String
        /// Of the package's description, which names the digests of its volumes.
        public let sha256: SHA256Digest

        /// An atlas by name and contents.
        public init(name: String, sha256: SHA256Digest) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// Atlases that were promoted together: they vote.
    public struct Promotion: Sendable, Hashable, Codable {
        /// All that vote, not only what is new.
        public let atlases: [Member]
        /// When they took their place.
        public let instant: Date
        /// Who, or what, promoted them.
        public let actor: String
        /// Why, in words.
        public let reason: String
    }

    /// A switch that was made; nothing is ever removed from this list.
    public struct Switch: Sendable, Hashable, Codable {
        /// In which direction.
        public enum Kind: String, Sendable, Hashable, Codable {
            case promoted
            case rolledBack = "rolled-back"
        }

        /// In which direction.
        public let kind: Kind
        /// Of which profile.
        public let profile: String
        /// The atlases before; `nil` for those of the profile's file.
        public let from: [String]?
        /// The atlases after; `nil` for those of the profile's file.
        public let to: [String]?
        /// When.
        public let instant: Date
        /// Who, or what.
        public let actor: String
        /// Why, in words.
        public let reason: String
    }

    /// The version of the file's layout.
    public let format: Int
    /// What is promoted for each profile, the present set last.
    public private(set) var stacks: [String: [Promotion]]
    /// Every switch, in order.
    public private(set) var history: [Switch]

    /// Nothing is promoted.
    public init() {
        format = Self.currentFormat
        stacks = [:]
        history = []
    }

    /// What a profile uses in place of the atlases of its file; `nil` for those.
    public func current(_ profile: String) -> Promotion? { stacks[profile]?.last }

    mutating func promote(_ promotion: Promotion, for profile: String) {
        history.append(
            Switch(
                kind: .promoted,
                profile: profile,
                from: current(profile)?.atlases.map(\.name),
                to: promotion.atlases.map(\.name),
                instant: promotion.instant,
                actor: promotion.actor,
                reason: promotion.reason
            )
        )
        stacks[profile, default: []].append(promotion)
    }

    /// Takes the present set of a profile away; false where nothing is promoted.
    mutating func rollBack(_ profile: String, at instant: Date, by actor: String, reason: String) -> Bool {
        guard let last = stacks[profile]?.popLast() else { return false }
        history.append(
            Switch(
                kind: .rolledBack,
                profile: profile,
                from: last.atlases.map(\.name),
                to: current(profile)?.atlases.map(\.name),
                instant: instant,
                actor: actor,
                reason: reason
            )
        )
        return true
    }
}
