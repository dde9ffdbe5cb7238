import Checkpoints
import DurableFiles
import SegmentAnything
import Tensors

/// One run of training: begin it or resume it by the same call, with the same data, configuration and weights.
///
/// Every random choice depends on seed, step and item alone, sums have a fixed order, and the state is written durably: a
/// run that was killed at any moment, however often, ends with the same weights, bit for bit, as one that was not.
public struct TrainingRun: Sendable {
    private let model: any TrainableModel
    private let parameters: NamedTensors
    private let data: TrainingData
    private let configuration: TrainingConfiguration
    private let folder: RawPath

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - model: the network made of `parameters`.
    ///   - parameters: all tensors of the checkpoint that learning begins with.
    ///   - data: what is learnt from.
    ///   - configuration: how.
    ///   - folder: where state, progress and kept embeddings go; it is created, and belongs to this run alone.
    public init(
        model: any TrainableModel,
        parameters: NamedTensors,
        data: TrainingData,
        configuration: TrainingConfiguration,
        folder: RawPath
    ) {
        self.model = model
        self.parameters = parameters
        self.data = data
        self.configuration = configuration
        self.folder = folder
    }

    /// Trains until the run ends or is asked to stop.
    ///
    /// Blocks the calling thread, for hours perhaps: call it on a thread of its own.
    ///
    /// - Parameters:
    ///   - shouldStop: asked after every step and every slice that is validated on; true writes the state down and returns.
    ///   - observe: gets every event, on the calling thread.
    /// - Throws: ``LeakError``, ``TrainingError``, what sources throw, `FileError` for what the disk refuses. The run can
    ///   be resumed after every error.
    /// - Returns: the weights that validated best, in the layout of checkpoints, and the summary.
    public func run(
        shouldStop: @escaping () -> Bool = { false },
        observe: @escaping (TrainingProgress) -> Void = { _ in }
    ) throws -> TrainingResult {
        try run(storage: DurableRunStorage(), clock: .system, shouldStop: shouldStop, observe: observe)
    }

    /// The same with another disk and another clock.
    func run(
        storage: any RunStorage,
        clock: RunClock,
        shouldStop: @escaping () -> Bool = { false },
        observe: @escaping (TrainingProgress) -> Void = { _ in }
    ) throws -> TrainingResult {
        try data.checkForLeaks()
        let folder = try RunFolder(folder, storage: storage)
        return try FileLock.whileHolding(folder.lock) {
            try run(model, in: folder, clock: clock, shouldStop: shouldStop, observe: observe)
        }
    }

    private func run<Model: TrainableModel>(
        _ model: Model,
        in folder: RunFolder,
        clock: RunClock,
        shouldStop: @escaping () -> Bool,
        observe: @escaping (TrainingProgress) -> Void
    ) throws -> TrainingResult {
        try configuration.validate(for: model)
        let loop = try TrainingLoop(
            RunRequest(
                model: model,
                parameters: parameters,
                data: try data.leavingOutSparseSegments(configuration.minimum),
                configuration: configuration,
                folder: folder,
                clock: clock
            )
        )
        return try loop.run(shouldStop: shouldStop, observe: observe)
    }
}

/// Tells how much time has passed.
struct RunClock: Sendable {
    /// Seconds since some moment.
    let now: @Sendable () -> Double

    /// A clock that nobody can set.
    static let system: RunClock = {
        let start = ContinuousClock.now
        return RunClock { (ContinuousClock.now - start) / .seconds(1) }
    }()
}
