import Checkpoints
import Tensors

/// A network that can learn: the same layers as for inference, on tensors that note how gradients pass back.
///
/// A trainer holds all parameters by name, in the layout of ``trainingLayout(of:scope:)``. For every step it replaces those
/// that learn by leaves and asks for the network made of them:
///
///     var all = try Model.trainingLayout(of: checkpoint, scope: scope)
///     for name in all.tensors.keys where Model.isTrained(name, in: scope) {
///         all.tensors[name] = all.tensors[name]?.tracked()
///     }
///     let network = try model.rebuilt(from: all, scope: scope)
///     let features = network.features(of: [frozenPart], scope: scope)
///     let output = network.decodeTraining(prompts, on: features.slice(0..<1).reshaped([g * g, C]))
///     let chosen = network.maskChoice.choose(output)
public protocol TrainableModel: SegmentationModel {
    /// The scopes that this kind of network knows.
    static var scopes: [TrainingScope] { get }

    /// Whether the parameter of that name learns. Buffers never do, nor do parameters that no mask in use depends on.
    static func isTrained(_ name: String, in scope: TrainingScope) -> Bool

    /// The network of a checkpoint with the sizes, the preprocessing and the parts of this one.
    ///
    /// `parameters` are all parameters of the network; those that learn in the scope may be in training layout and
    /// tracked. Parts that do not learn in the scope are taken over, so that nothing is computed for them.
    ///
    /// - Throws: ``CheckpointError`` naming a parameter that is missing or does not fit.
    func rebuilt(from parameters: NamedTensors, scope: TrainingScope) throws(CheckpointError) -> Self

    /// S, the edge of the square network input in pixels.
    var inputSize: Int { get }

    /// g, the edge of the embedding grid.
    var grid: Int { get }

    /// Which of the masks of a prompt is used and trained.
    var maskChoice: MaskChoice { get }

    /// What does not change in that scope, for one slice, untracked: what a trainer keeps.
    ///
    /// The embedding `[g·g, C]` (decoder), the neck's input `[g, g, C']` (neck), the network's input `[S, S, 3]`
    /// (adapter and full).
    ///
    /// - Throws: ``ModelError/invalidInput(_:)`` for a slice that inference refuses, too.
    func frozenPart(of image: SliceImage, scope: TrainingScope) throws(ModelError) -> Tensor

    /// The rest of the encoder, for a batch of frozen parts: `[B, g·g, C]`, tracked where its parameters are.
    func features(of frozen: [Tensor], scope: TrainingScope) -> Tensor

    /// The masks that can be chosen, and the predicted IoU of all four, for prompts in network pixels on the features
    /// `[g·g, C]` of one slice.
    func decodeTraining(_ prompts: PromptBatch, on features: Tensor) -> MaskDecoder.Output

    /// A box of source pixels in pixels of the network's input, as inference maps it: x0, y0, x1, y1.
    ///
    /// - Throws: ``ModelError/invalidInput(_:)`` for a slice that inference refuses, too.
    func networkBox(_ box: Prompt.Box, rows: Int, columns: Int) throws(ModelError) -> [Float]

    /// A mask of the source slice, rows × columns, in the network's input: `[S, S]` of 0 and 1 by nearest neighbour,
    /// padding 0.
    ///
    /// - Throws: ``ModelError/invalidInput(_:)`` for a slice that inference refuses, too.
    func networkMask(_ mask: [Bool], rows: Int, columns: Int) throws(ModelError) -> Tensor
}

extension TrainableModel {
    /// The parameters with the weights of convolutions that learn packed as the layers hold them: what a trainer's leaves
    /// are made of, so that no step converts anything. Names stay; ``NamedTensors/unpacked()`` leads back to the layout of
    /// checkpoints.
    ///
    /// - Throws: ``CheckpointError`` when a weight has a shape that no convolution has.
    public static func trainingLayout(
        of parameters: NamedTensors,
        scope: TrainingScope
    ) throws(CheckpointError) -> NamedTensors {
        try parameters.packingConvolutions(among: parameters.tensors.keys.filter { isTrained($0, in: scope) }.sorted())
    }
}
