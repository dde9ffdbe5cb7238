import DurableFiles
import Foundation

/// Which package each channel of a model store stands for, and how that came about.
///
/// A channel is a name that profiles and sites use in place of a package's, so that a better model can take the place of
/// another in one step and go back in one step. What was promoted lies on a stack: going back takes the top away. A
/// channel whose stack is empty stands for the site's default model.
public struct ModelChannels: Sendable, Hashable, Codable {
    /// The channel of profiles that name neither a model nor a channel.
    public static let production = "production"
    /// The file in the store.
    static let fileName = "channels.json"
    static let currentFormat = 1

    /// A package that was promoted.
    public struct Promotion: Sendable, Hashable, Codable {
        /// The package.
        public let model: String
        /// Of its weights.
        public let sha256: SHA256Digest
        /// When it took its place.
        public let instant: Date
        /// Who, or what, promoted it.
        public let actor: String
        /// Why, in words; for example the training run whose gate it passed.
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
        /// Of which channel.
        public let channel: String
        /// The package before; nil for the site's default.
        public let from: String?
        /// The package after; nil for the site's default.
        public let to: String?
        /// When.
        public let instant: Date
        /// Who, or what.
        public let actor: String
        /// Why, in words.
        public let reason: String
    }

    /// The version of the file's layout.
    public let format: Int
    /// What is promoted in each channel, the present one last.
    public private(set) var stacks: [String: [Promotion]]
    /// Every switch, in order.
    public private(set) var history: [Switch]

    /// Nothing is promoted.
    init() {
        format = Self.currentFormat
        stacks = [:]
        history = []
    }

    /// The package that a channel stands for; nil for the site's default.
    public func current(_ channel: String) -> Promotion? { stacks[channel]?.last }

    /// Every package that a channel stands for or once stood for.
    public var names: Set<String> {
        Set(stacks.values.joined().map(\.model) + history.flatMap { [$0.from, $0.to].compactMap { $0 } })
    }

    mutating func promote(_ promotion: Promotion, in channel: String) {
        history.append(
            Switch(
                kind: .promoted,
                channel: channel,
                from: current(channel)?.model,
                to: promotion.model,
                instant: promotion.instant,
                actor: promotion.actor,
                reason: promotion.reason
            )
        )
        stacks[channel, default: []].append(promotion)
    }

    /// Takes the present package of a channel away; false where nothing is promoted.
    mutating func rollBack(_ channel: String, at instant: Date, by actor: String, reason: String) -> Bool {
        guard let last = stacks[channel]?.popLast() else { return false }
        history.append(
            Switch(
                kind: .rolledBack,
                channel: channel,
                from: last.model,
                to: current(channel)?.model,
                instant: instant,
                actor: actor,
                reason: reason
            )
        )
        return true
    }
}
