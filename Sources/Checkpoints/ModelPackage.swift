import DurableFiles
import Glibc

/// A folder with `weights.safetensors` and `model.json`; it is never changed once it has its name.
public struct ModelPackage: Sendable {
    static let manifestName = "model.json"
    static let weightsName = "weights.safetensors"

    public let folder: RawPath
    public let manifest: ModelManifest

    /// Where the weights lie.
    public var weights: RawPath { folder.appending(Self.weightsName) }

    /// Opens a package: reads its manifest and compares the length of the weights, not their digest.
    ///
    /// - Throws: ``ModelStoreError/damaged(name:reason:)``.
    init(opening folder: RawPath, name: String) throws(ModelStoreError) {
        self.folder = folder
        func damaged(_ reason: String) -> ModelStoreError { .damaged(name: name, reason: reason) }
        let path = folder.appending(Self.manifestName)
        do {
            manifest = try ModelManifest(json: try ReadOnlyFile(path, subject: "model.json").readAll(limit: 1 << 20))
        } catch let error as FileError {
            throw damaged(error.description)
        } catch {
            throw damaged("model.json is not what this version writes")
        }
        guard manifest.format == ModelManifest.currentFormat else {
            throw damaged("model.json has format \(manifest.format), this version reads \(ModelManifest.currentFormat)")
        }
        guard manifest.name == name, manifest.weights.name == Self.weightsName else {
            throw damaged("model.json belongs to another package")
        }
        let size: Int
        do {
            size = try ReadOnlyFile(weights, subject: Self.weightsName).size
        } catch {
            throw damaged(error.description)
        }
        guard size == manifest.weights.byteCount else {
            throw damaged("the weights have \(size) bytes instead of \(manifest.weights.byteCount)")
        }
    }

    /// Maps the weights.
    public func load() throws(CheckpointError) -> NamedTensors {
        try SafetensorsFile(weights).namedTensors()
    }

    /// Reads all weights and compares their digest with the manifest's.
    ///
    /// - Throws: ``ModelStoreError/damaged(name:reason:)`` when it differs, `FileError` when they cannot be read.
    public func verifyDigest() throws {
        let digest = try SHA256Digest(ofFile: weights)
        guard digest == manifest.weights.sha256 else {
            throw ModelStoreError.damaged(
                name: manifest.name,
                reason: "the weights have the digest \(digest) instead of \(manifest.weights.sha256)"
            )
        }
    }
}
