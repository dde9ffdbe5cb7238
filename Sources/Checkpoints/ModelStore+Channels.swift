import DurableFiles
import Foundation
import Glibc

/// Switching between models: one atomic replacement of `channels.json`, so that every reader sees the one or the other.
extension ModelStore {
    /// What is promoted where; nothing where no model was ever promoted.
    ///
    /// - Throws: ``ModelStoreError/damagedChannels(_:)``.
    public func channels() throws(ModelStoreError) -> ModelChannels {
        let path = folder.appending(ModelChannels.fileName)
        do {
            let bytes = try ReadOnlyFile(path, subject: "channels").readAll(limit: 1 << 24)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let channels = try decoder.decode(ModelChannels.self, from: Data(bytes))
            guard channels.format == ModelChannels.currentFormat else {
                throw ModelStoreError.damagedChannels("it has format \(channels.format)")
            }
            return channels
        } catch let error as FileError {
            if error.errno == ENOENT { return ModelChannels() }
            throw .damagedChannels(error.description)
        } catch let error as ModelStoreError {
            throw error
        } catch {
            throw .damagedChannels("it is not what this version writes")
        }
    }

    /// The package that is promoted in a channel; nil where none is.
    ///
    /// - Throws: ``ModelStoreError`` where the package is gone, damaged, or has other weights than were promoted.
    public func package(promotedIn channel: String) throws(ModelStoreError) -> ModelPackage? {
        guard let promotion = try channels().current(channel) else { return nil }
        let package = try package(named: promotion.model)
        guard package.manifest.weights.sha256 == promotion.sha256 else {
            throw .damaged(name: promotion.model, reason: "its weights are not those that were promoted in \(channel)")
        }
        return package
    }

    /// The package whose weights have that digest.
    public func package(withDigest digest: SHA256Digest) throws -> ModelPackage? {
        try list().packages.first { $0.manifest.weights.sha256 == digest }
    }

    /// Makes a package the one that a channel stands for, after checking its weights against their digest.
    ///
    /// Promoting the present package again changes nothing. Where `replacing` is given, the channel must stand for that
    /// (nil inside: for the default), or ``ModelStoreError/changedMeanwhile(channel:)`` is thrown.
    ///
    /// - Returns: whether anything changed.
    @discardableResult
    public func promote(
        _ name: String,
        in channel: String,
        replacing expected: ModelChannels.Promotion?? = nil,
        by actor: String,
        reason: String
    ) throws -> Bool {
        guard Self.isValid(channel) else { throw ModelStoreError.invalidName(channel) }
        let package = try package(named: name)
        try package.verifyDigest()
        return try changeChannels { channels in
            if let expected, channels.current(channel) != expected {
                throw ModelStoreError.changedMeanwhile(channel: channel)
            }
            let digest = package.manifest.weights.sha256
            if let present = channels.current(channel), present.model == name, present.sha256 == digest { return false }
            channels.promote(
                .init(model: name, sha256: digest, instant: now(), actor: actor, reason: reason),
                in: channel
            )
            return true
        }
    }

    /// Goes back to what a channel stood for before its last promotion.
    ///
    /// - Throws: ``ModelStoreError/nothingPromoted(channel:)``; and where the package to go back to is gone or damaged:
    ///   then nothing changes.
    public func rollBack(_ channel: String, by actor: String, reason: String) throws {
        try changeChannels { channels in
            guard channels.rollBack(channel, at: now(), by: actor, reason: reason) else {
                throw ModelStoreError.nothingPromoted(channel: channel)
            }
            if let previous = channels.current(channel) {
                let package = try package(named: previous.model)
                guard package.manifest.weights.sha256 == previous.sha256 else {
                    throw ModelStoreError.damaged(
                        name: previous.model,
                        reason: "its weights are not those that were promoted"
                    )
                }
                try package.verifyDigest()
            }
            return true
        }
    }

    /// Changes the file while nobody else does; the body answers whether there is anything to write.
    @discardableResult
    private func changeChannels(_ body: (inout ModelChannels) throws -> Bool) throws -> Bool {
        // A mistyped folder must not come into being: there is nothing to promote in it.
        guard try !list().packages.isEmpty else { throw ModelStoreError.noModels(folder: folder.displayName) }
        return try whileLocked {
            var channels = try channels()
            guard try body(&channels) else { return false }
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let bytes = Array(try encoder.encode(channels)) + [UInt8(ascii: "\n")]
            try AtomicFile.write(bytes, to: folder.appending(ModelChannels.fileName), subject: "channels")
            return true
        }
    }
}
