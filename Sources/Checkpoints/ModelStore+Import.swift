import DurableFiles
import Glibc

extension ModelStore {
    /// Makes a package of a checkpoint in any container; parameter names stay as they are, values become fp32.
    ///
    /// - Parameters:
    ///   - path: the checkpoint.
    ///   - name: 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or digit.
    ///   - licence: what the licence of the weights is.
    ///   - origin: the file name to note, where it is not the checkpoint's own; folders in it are left out.
    ///   - notes: free text.
    /// - Throws: ``CheckpointError``, ``ModelStoreError`` or `FileError`.
    /// - Returns: the package, and whether it was there before.
    public func importFile(
        _ path: RawPath,
        name: String,
        licence: String,
        origin: String? = nil,
        notes: String = ""
    ) throws -> Import {
        guard Self.isValid(name) else { throw ModelStoreError.invalidName(name) }
        let file = try MappedFile(path)
        let source = ModelManifest.File(
            name: RawPath(origin ?? path.displayName).lastComponent.displayName,
            byteCount: file.bytes.count,
            sha256: SHA256Digest(ofMemory: file.bytes)
        )
        return try whileAlone {
            let present = try presentPackage(named: name)
            if let present, present.manifest.origin.sha256 == source.sha256 {
                return Import(package: present, wasThere: true)
            }
            let weights = try CheckpointFile.load(file)
            return try build(weights, package: (name, licence, notes), present: present) { _ in source }
        }
    }

    /// Makes a package of fine-tuned weights; its licence is the parent's.
    ///
    /// - Throws: ``ModelStoreError``, ``CheckpointError`` or `FileError`.
    /// - Returns: the package, and whether it was there before with the same weights.
    public func add(
        _ weights: NamedTensors,
        name: String,
        training: ModelManifest.Training,
        notes: String = ""
    ) throws -> Import {
        guard Self.isValid(name) else { throw ModelStoreError.invalidName(name) }
        let licence = try package(named: training.parent).manifest.licence
        return try whileAlone {
            let present = try presentPackage(named: name)
            return try build(weights, package: (name, licence, notes), training: training, present: present) { $0 }
        }
    }

    /// Removes a package; it is gone as a whole or not at all.
    ///
    /// - Throws: ``ModelStoreError/inUse(name:)`` where a channel stands for it or once stood for it: going back would fail.
    public func remove(_ name: String) throws {
        let package = try package(named: name)
        try whileAlone {
            guard try !channels().names.contains(name) else { throw ModelStoreError.inUse(name: name) }
            // See: 'man 2 rename'
            guard package.folder.withCString({ old in staging.withCString { rename(old, $0) } }) == 0 else {
                throw FileError(operation: "rename", subject: "model package", errno: errno)
            }
            try AtomicFile.syncFolder(folder)
            try removeStaging()
        }
    }

    private func whileAlone<Result>(_ body: () throws -> Result) throws -> Result {
        try AtomicFile.createFolder(folder)
        return try whileLocked {
            try removeStaging()
            return try body()
        }
    }

    private func build(
        _ weights: NamedTensors,
        package: (name: String, licence: String, notes: String),
        training: ModelManifest.Training? = nil,
        present: ModelPackage?,
        origin: (ModelManifest.File) -> ModelManifest.File
    ) throws -> Import {
        let architecture = try ModelArchitecture.detect(weights)
        let configuration = try ModelConfiguration(of: weights, architecture: architecture)
        try AtomicFile.createFolder(staging)
        do {
            let written = try SafetensorsWriter.write(weights, to: staging.appending(ModelPackage.weightsName))
            if let present {
                // The same weights in another container are the same model.
                guard present.manifest.weights.sha256 == written.sha256 else {
                    throw ModelStoreError.nameTaken(name: package.name)
                }
                try removeStaging()
                return Import(package: present, wasThere: true)
            }
            let manifest = ModelManifest(
                package: package,
                network: (architecture, configuration),
                files: (ModelManifest.File(written), origin(ModelManifest.File(written))),
                training: training,
                imported: now()
            )
            let path = staging.appending(ModelPackage.manifestName)
            try AtomicFile.write(try manifest.json(), to: path, subject: ModelPackage.manifestName)
            try publish(as: package.name)
        } catch {
            // The error that matters is the first; what is left here the next import removes.
            try? removeStaging()
            throw error
        }
        return Import(package: try self.package(named: package.name), wasThere: false)
    }

    private func presentPackage(named name: String) throws -> ModelPackage? {
        do {
            return try package(named: name)
        } catch ModelStoreError.notFound {
            return nil
        }
    }

    // MARK: - Staging

    /// Where a package is built; only the holder of the lock touches it.
    private var staging: RawPath { folder.appending(AtomicFile.temporaryPrefix + "import") }

    /// Gives the finished folder its name. Its contents and names are synced already.
    private func publish(as name: String) throws(FileError) {
        // See: 'man 2 rename'. It would replace an empty folder of that name only, never a package.
        let final = folder.appending(name)
        guard staging.withCString({ old in final.withCString { rename(old, $0) } }) == 0 else {
            throw FileError(operation: "rename", subject: "model package", errno: errno)
        }
        try AtomicFile.syncFolder(folder)
    }

    /// Removes what a killed import left.
    private func removeStaging() throws(FileError) {
        let leftovers: [FolderScan.Entry]
        do {
            leftovers = try FolderScan.entries(of: staging)
        } catch {
            guard error.errno == ENOENT else { throw error }
            return
        }
        for entry in leftovers { _ = staging.appending(entry.name).withCString { unlink($0) } }
        guard staging.withCString({ rmdir($0) }) == 0 else {
            throw FileError(operation: "rmdir", subject: "unfinished import", errno: errno)
        }
    }
}

extension ModelManifest.File {
    init(_ written: SafetensorsWriter.Written) {
        self.init(name: ModelPackage.weightsName, byteCount: written.byteCount, sha256: written.sha256)
    }
}
