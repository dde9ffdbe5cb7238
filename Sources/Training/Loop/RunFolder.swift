import Checkpoints
import DurableFiles
import Foundation
import Glibc
import Tensors

/// The folder of a run.
///
/// `state.json` is the truth; it names the weights that belong to it, `checkpoint-STEP.safetensors` and
/// `best-STEP.safetensors`. New weights are written durably, then the state, then what the state does not name is removed:
/// whenever a run is killed, the state and its weights are there.
struct RunFolder {
    let path: RawPath
    let storage: any RunStorage

    private var statePath: RawPath { path.appending("state.json") }
    var embeddings: RawPath { path.appending("embeddings") }
    var log: ProgressLog { ProgressLog(path.appending("progress.jsonl")) }
    var lock: RawPath { path.appending("lock") }

    /// Creates the folder.
    init(_ path: RawPath, storage: any RunStorage) throws {
        self.path = path
        self.storage = storage
        try AtomicFile.createFolder(path)
    }

    /// The state of an earlier start; nil in a new folder.
    func state() throws -> RunState? {
        guard try exists(statePath) else { return nil }
        let bytes = try ReadOnlyFile(statePath, subject: "run state").readAll(limit: 1 << 28)
        do {
            let state = try JSONDecoder().decode(RunState.self, from: Data(bytes))
            guard state.format == RunState.currentFormat else {
                throw TrainingError.foreignFolder("its state has format \(state.format)")
            }
            return state
        } catch is DecodingError {
            throw TrainingError.foreignFolder("its state is not what this version writes")
        }
    }

    /// Makes a state the truth and removes what it does not need.
    func commit(_ state: RunState) throws {
        try storage.write(try json(state), to: statePath)
        try sweep(keeping: state.fileNames)
    }

    /// Writes a record for people and programs.
    func write(_ record: some Encodable, as name: String) throws {
        try storage.write(try json(record), to: path.appending(name))
    }

    /// Writes weights that a state will name.
    func write(_ weights: NamedTensors, as name: String) throws -> RunState.StoredWeights {
        let written = try storage.writeWeights(weights, to: path.appending(name))
        return RunState.StoredWeights(name: name, byteCount: written.byteCount, sha256: written.sha256)
    }

    /// Maps weights that a state names, after comparing their digest.
    func read(_ stored: RunState.StoredWeights) throws -> NamedTensors {
        let file = path.appending(stored.name)
        let digest: SHA256Digest
        do {
            digest = try SHA256Digest(ofFile: file)
        } catch {
            throw TrainingError.foreignFolder("\(stored.name) cannot be read (\(error))")
        }
        guard digest == stored.sha256 else {
            throw TrainingError.foreignFolder("\(stored.name) has the digest \(digest) instead of \(stored.sha256)")
        }
        return try SafetensorsFile(file).namedTensors()
    }

    /// Removes weights that no state names, and what a kill left behind.
    func sweep(keeping names: Set<String>) throws {
        for entry in try FolderScan.entries(of: path) where entry.kind == .file {
            let name = String(decoding: entry.name.bytes, as: UTF8.self)
            let isWeights = name.hasSuffix(".safetensors") && !names.contains(name)
            if isWeights || name.hasPrefix(AtomicFile.temporaryPrefix) {
                try storage.remove(path.appending(entry.name))
            }
        }
    }

    private func exists(_ path: RawPath) throws(FileError) -> Bool {
        var status = stat()
        // See: 'man 2 lstat'
        guard path.withCString({ lstat($0, &status) }) != 0 else { return true }
        guard errno == ENOENT else { throw FileError(operation: "lstat", subject: "run state", errno: errno) }
        return false
    }

    private func json(_ record: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(record))
    }
}
