import Checkpoints
import DurableFiles
import Glibc

/// What a run does to its folder; every call is durable when it returns.
protocol RunStorage {
    func writeWeights(_ weights: NamedTensors, to path: RawPath) throws -> SafetensorsWriter.Written
    func write(_ bytes: [UInt8], to path: RawPath) throws
    func remove(_ path: RawPath) throws
}

/// Files by ``AtomicFile``: whole or not there.
struct DurableRunStorage: RunStorage {
    func writeWeights(_ weights: NamedTensors, to path: RawPath) throws -> SafetensorsWriter.Written {
        try SafetensorsWriter.write(weights, to: path)
    }

    func write(_ bytes: [UInt8], to path: RawPath) throws {
        try AtomicFile.write(bytes, to: path, subject: "run state")
    }

    func remove(_ path: RawPath) throws {
        guard path.withCString({ unlink($0) }) == 0 || errno == ENOENT else {
            throw FileError(operation: "unlink", subject: "old weights", errno: errno)
        }
    }
}
