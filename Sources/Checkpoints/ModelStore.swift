import DurableFiles
import Foundation
import Glibc

/// The folder of model packages, `MODELS/NAME/{weights.safetensors,model.json}`.
///
/// A package appears whole or not at all, also when an import is killed or the power fails.
public struct ModelStore: Sendable {
    /// What an import did.
    public struct Import: Sendable {
        /// The package of the asked name.
        public let package: ModelPackage
        /// Whether the same weights had that name before, so that nothing was written.
        public let wasThere: Bool
    }

    /// What lies in the store.
    public struct Catalogue: Sendable {
        /// The usable packages by name.
        public let packages: [ModelPackage]
        /// Why others are not.
        public let damaged: [ModelStoreError]
    }

    /// The folder of the store.
    public let folder: RawPath
    let now: @Sendable () -> Date

    /// A store in a folder, which the first import creates.
    public init(folder: RawPath, now: @escaping @Sendable () -> Date = { Date() }) {
        self.folder = folder
        self.now = now
    }

    /// Every package whose manifest and length are right; digests are not computed.
    public func list() throws(FileError) -> Catalogue {
        var packages: [ModelPackage] = []
        var damaged: [ModelStoreError] = []
        for entry in try entries() {
            let name = entry.name.displayName
            guard Self.isValid(name), entry.kind == .folder || entry.kind == .symbolicLink else { continue }
            do {
                packages.append(try package(named: name))
            } catch {
                damaged.append(error)
            }
        }
        return Catalogue(packages: packages, damaged: damaged)
    }

    /// The package of that name, checked as ``list()`` does.
    public func package(named name: String) throws(ModelStoreError) -> ModelPackage {
        guard Self.isValid(name) else { throw .invalidName(name) }
        let path = folder.appending(name)
        guard path.withCString({ access($0, F_OK) }) == 0 else { throw .notFound(name: name) }
        return try ModelPackage(opening: path, name: name)
    }

    /// Runs a body that changes the store while nobody else changes it.
    ///
    /// - Throws: ``ModelStoreError/busy`` where somebody else does.
    func whileLocked<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try FileLock.whileHolding(folder.appending(".lock"), body)
        } catch let error as FileError where error.operation == "flock" && error.errno == EWOULDBLOCK {
            throw ModelStoreError.busy
        }
    }

    /// The entries of the store; none where it does not exist yet.
    private func entries() throws(FileError) -> [FolderScan.Entry] {
        do {
            return try FolderScan.entries(of: folder)
        } catch {
            guard error.errno == ENOENT else { throw error }
            return []
        }
    }

    /// 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or digit; so no name leaves the folder or is hidden.
    public static func isValid(_ name: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = name.utf8.first, isAlphanumeric(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }
}
