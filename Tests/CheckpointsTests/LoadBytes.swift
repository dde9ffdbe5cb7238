import Checkpoints
import DurableFiles
import Foundation
import TestSupport

/// Loads a checkpoint that consists of these bytes.
@discardableResult
func load(_ bytes: [UInt8]) throws -> NamedTensors {
    try withTemporaryFolder { folder in
        let file = folder.appending(path: "checkpoint")
        try Data(bytes).write(to: file)
        return try CheckpointFile.load(RawPath(file.path))
    }
}

/// Loads a PyTorch checkpoint with this pickle.
@discardableResult
func load(pickle: [UInt8], storages: [String: [UInt8]]? = nil) throws -> NamedTensors {
    try load(ZipAssembler.checkpoint(pickle, storages: storages).bytes)
}
