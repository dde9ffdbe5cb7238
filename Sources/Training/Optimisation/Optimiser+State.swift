import Checkpoints
import Tensors

extension Optimiser {
    private static let parts = ["parameter/", "mean/", "square/", "average/"]

    /// Everything but the numbers of steps, for a file: parameters, moments and averages under prefixed names. The tensors
    /// share memory with the optimiser's own.
    var stored: NamedTensors {
        var tensors: [String: Tensor] = [:]
        for (name, state) in zip(names, states) {
            for (part, tensor) in zip(Self.parts, [state.parameter, state.mean, state.square, state.average]) {
                if let tensor { tensors[part + name] = tensor }
            }
        }
        return NamedTensors(tensors)
    }

    /// Goes on from what ``stored`` was.
    ///
    /// Throws ``CheckpointError`` for tensors that do not fit `parameters`, the ones that the run began with.
    init(
        restoring stored: NamedTensors,
        like parameters: NamedTensors,
        configuration: TrainingConfiguration,
        steps: (all: Int, each: [Int])
    ) throws {
        self.init(parameters, settings: configuration.optimiser, averageDecay: configuration.averageDecay)
        guard steps.each.count == names.count else {
            throw TrainingError.foreignFolder("its state knows \(steps.each.count) parameters, not \(names.count)")
        }
        for (index, name) in names.enumerated() {
            let shape = states[index].parameter.shape
            states[index] = OptimisedTensor(
                parameter: try stored.require(Self.parts[0] + name, shape: shape),
                mean: try stored.require(Self.parts[1] + name, shape: shape),
                square: try stored.require(Self.parts[2] + name, shape: shape),
                average: averageDecay == nil ? nil : try stored.require(Self.parts[3] + name, shape: shape)
            )
        }
        stepCount = steps.all
        stepCounts = steps.each
    }
}
