import DurableFiles
import Tensors

/// Keeps what frozen layers made of slices, in files and, as far as the budget goes, in memory.
///
/// Values come back as they were stored, also the first time: a run that resumes computes with the same numbers.
final class FrozenPartCache {
    private let folder: RawPath
    private let precision: FrozenPartPrecision
    private let memoryLimit: Int
    private var kept: [String: (bytes: [UInt8], used: Int)] = [:]
    private var memory = 0
    private var clock = 0
    /// How often layers had to be run.
    private(set) var computed = 0

    /// Keeps files below a folder, which is created.
    init(folder: RawPath, precision: FrozenPartPrecision, memoryLimit: Int) throws {
        self.folder = folder
        self.precision = precision
        self.memoryLimit = memoryLimit
        try AtomicFile.createFolder(folder)
    }

    /// The value of a key, computed where it is not kept or its file is damaged.
    func value(_ key: SHA256Digest, compute: () throws -> Tensor) throws -> Tensor {
        clock += 1
        if let bytes = kept[key.hex]?.bytes, let tensor = FrozenPartFile.tensor(bytes) {
            kept[key.hex]?.used = clock
            return tensor
        }
        let path = folder.appending(key.hex)
        if let bytes = try? ReadOnlyFile(path, subject: "kept embedding").readAll(),
            let tensor = FrozenPartFile.tensor(bytes)
        {
            keep(bytes, as: key.hex)
            return tensor
        }
        let file = FrozenPartFile(try compute(), precision: precision)
        computed += 1
        try AtomicFile.write(file.bytes, to: path, subject: "kept embedding")
        keep(file.bytes, as: key.hex)
        guard let tensor = FrozenPartFile.tensor(file.bytes) else {
            preconditionFailure("what was just stored can be read")
        }
        return tensor
    }

    /// Keeps bytes in memory and lets go of what was not used for the longest time.
    private func keep(_ bytes: [UInt8], as name: String) {
        guard bytes.count <= memoryLimit else { return }
        kept[name] = (bytes, clock)
        memory += bytes.count
        while memory > memoryLimit, let oldest = kept.min(by: { $0.value.used < $1.value.used }) {
            memory -= oldest.value.bytes.count
            kept[oldest.key] = nil
        }
    }
}
