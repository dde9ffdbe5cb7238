import Checkpoints
import DurableFiles
import SegmentAnything
import Tensors

/// What a run is made of.
struct RunRequest<Model: TrainableModel> {
    let model: Model
    /// All tensors, in the layout of checkpoints.
    let parameters: NamedTensors
    let data: TrainingData
    let configuration: TrainingConfiguration
    let folder: RunFolder
    let clock: RunClock
}

extension RunRequest {
    /// The parameters in the layout of training: those that learn and those that do not.
    func divided() throws -> (trained: NamedTensors, frozen: NamedTensors) {
        let scope = configuration.scope
        let all = try Model.trainingLayout(of: parameters, scope: scope)
        func part(_ isTrained: Bool) -> NamedTensors {
            let own = all.tensors.filter { Model.isTrained($0.key, in: scope) == isTrained }
            return NamedTensors(own, packed: all.packed)
        }
        return (part(true), part(false))
    }

    /// The state of an earlier start, or that of a new run.
    func state(trained: NamedTensors, frozen: NamedTensors) throws -> RunState {
        let fingerprint = try RunFingerprint.digest(
            model: model,
            parameters: parameters,
            data: data,
            configuration: configuration
        )
        let demand = MemoryPlan.Demand(model: model, trained: trained, frozen: frozen, configuration: configuration)
        let plan = try MemoryPlan(demand, configuration: configuration)
        guard let state = try folder.state() else { return RunState(fingerprint: fingerprint, plan: plan) }
        guard state.fingerprint == fingerprint else {
            throw TrainingError.foreignFolder(
                "the folder holds a run with other data, weights or settings. Use another folder"
            )
        }
        let begun = state.plan.estimatedBytes
        guard begun <= configuration.memoryBudget ?? begun else {
            throw TrainingError.foreignFolder(
                "it began with a memory budget that allowed \(begun >> 20) MiB, which it still needs"
            )
        }
        return state
    }

    /// The optimiser of the state's checkpoint, or that of a new run.
    func optimiser(_ trained: NamedTensors, state: RunState) throws -> Optimiser {
        guard let checkpoint = state.checkpoint else {
            return Optimiser(
                trained,
                settings: configuration.optimiser,
                averageDecay: configuration.averageDecay
            )
        }
        return try Optimiser(
            restoring: try folder.read(checkpoint),
            like: trained,
            configuration: configuration,
            steps: (state.optimiserSteps, state.parameterSteps)
        )
    }

    /// Has the memory of a step's tensors kept for those of the next, which are as large.
    func keepMemory(_ plan: MemoryPlan) { TensorMemory.keep(atMost: plan.estimatedBytes / 4) }

    /// What reads and encodes slices. Frozen parts are kept where the encoder, or all but its end, is frozen.
    func preparation() throws -> SlicePreparation<Model> {
        let scope = configuration.scope
        var cache: FrozenPartCache?
        if scope == .decoder || scope == .neck {
            cache = try FrozenPartCache(
                folder: folder.embeddings,
                precision: configuration.frozenPartPrecision,
                memoryLimit: configuration.cacheMemory
            )
        }
        return SlicePreparation(
            model: model,
            configuration: configuration,
            encoder: RunFingerprint.digest(of: parameters) {
                $0.hasPrefix("image_encoder.") && !Model.isTrained($0, in: scope)
            },
            cache: cache
        )
    }

    /// What draws batches.
    func drawing(_ preparation: SlicePreparation<Model>) throws -> BatchDrawing<Model> {
        BatchDrawing(
            source: data.training,
            sampler: try StratifiedSampler(data.training.entries, settings: configuration.sampling),
            preparation: preparation,
            configuration: configuration
        )
    }

    /// What judges; nil where there is nothing to judge by.
    func validation(_ preparation: SlicePreparation<Model>, plan: MemoryPlan) -> Validation<Model>? {
        guard let source = data.validation else { return nil }
        let validation = Validation(
            source,
            preparation: preparation,
            configuration: configuration,
            plan: plan
        )
        return validation.entries.isEmpty ? nil : validation
    }
}
