import Checkpoints
import DurableFiles
import Foundation
import SegmentAnything
import Tensors

/// Digests of what decides the result of a run.
enum RunFingerprint {
    /// Everything: a folder with another digest belongs to another run. What only says how long a run may take and how often
    /// it saves is left out, so that it may change from start to start.
    static func digest(
        model: some TrainableModel,
        parameters: NamedTensors,
        data: TrainingData,
        configuration: TrainingConfiguration
    ) throws -> SHA256Digest {
        var lasting = configuration
        lasting.timeBudget = nil
        lasting.memoryBudget = nil
        lasting.cacheMemory = 0
        lasting.secondsBetweenCheckpoints = 0
        lasting.stepsBetweenCheckpoints = nil
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var accumulator = SHA256Accumulator()
        func add(_ bytes: some Sequence<UInt8>) { Array(bytes).withUnsafeBytes { accumulator.update($0) } }
        add(try encoder.encode(lasting))
        add(try encoder.encode(data.training.entries))
        add(try encoder.encode(data.validation?.entries ?? []))
        add(data.validationKind.rawValue.utf8)
        add(model.traits.architecture.utf8)
        // Tells preprocessings apart: the same weights can be used with several.
        let box = try model.networkBox(Prompt.Box(x0: 10, y0: 20, x1: 30, y1: 40), rows: 300, columns: 500)
        add("\(box)".utf8)
        add(digest(of: parameters) { _ in true }.hex.utf8)
        return accumulator.digest()
    }

    /// The tensors with these names: names, shapes and values.
    static func digest(of parameters: NamedTensors, where isWanted: (String) -> Bool) -> SHA256Digest {
        var accumulator = SHA256Accumulator()
        for (name, tensor) in parameters.tensors.sorted(by: { $0.key < $1.key }) where isWanted(name) {
            Array("\(name) \(tensor.shape)".utf8).withUnsafeBytes { accumulator.update($0) }
            tensor.withUnsafeBufferPointer { accumulator.update(UnsafeRawBufferPointer($0)) }
        }
        return accumulator.digest()
    }
}
