import Tensors

/// A promptable network: encode a slice once, then decode any number of prompts from the embedding.
///
/// Implementations are immutable values; any thread may call them.
public protocol SegmentationModel: Sendable {
    /// What the network is and which prompts it takes.
    var traits: ModelTraits { get }

    /// Encodes one slice: preprocessing and image encoder.
    func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding

    /// Decodes prompts of one slice in one batch; results come in the order of the prompts.
    ///
    /// - Throws: ``ModelError/unsupportedPrompt(_:)`` when the network was not trained for that kind of prompt.
    func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction]
}

/// What a caller needs to know of a network.
public struct ModelTraits: Sendable, Hashable {
    /// `sam-med2d` or `litemedsam`.
    public let architecture: String
    /// The edge of the square network input in pixels.
    public let inputSize: Int
    /// Whether the network was trained for clicks.
    public let takesPoints: Bool
    /// Whether the network was trained for mask prompts.
    public let takesMasks: Bool

    /// States what a network is.
    public init(architecture: String, inputSize: Int, takesPoints: Bool, takesMasks: Bool) {
        self.architecture = architecture
        self.inputSize = inputSize
        self.takesPoints = takesPoints
        self.takesMasks = takesMasks
    }
}

/// The encoder's output for one slice, with what is needed to map prompts and masks.
public struct ImageEmbedding: Sendable {
    /// `[g·g, C]`, row-major pixels × channels.
    public let features: Tensor
    /// g, the edge of the embedding grid.
    public let grid: Int
    /// The number of rows of the source slice.
    public let sourceRows: Int
    /// The number of columns of the source slice.
    public let sourceColumns: Int

    /// Joins an encoder's output with the size of its source.
    public init(features: Tensor, grid: Int, sourceRows: Int, sourceColumns: Int) {
        self.features = features
        self.grid = grid
        self.sourceRows = sourceRows
        self.sourceColumns = sourceColumns
    }
}

/// One mask at the size of the source slice.
public struct MaskPrediction: Sendable {
    /// `[4g, 4g]` low-res logits of the chosen mask, before upsampling and threshold.
    public let lowResLogits: Tensor
    /// `[sourceRows, sourceColumns]` logits; a pixel belongs to the mask where its logit is above 0.
    public let logits: Tensor
    /// What the network thinks the intersection over union with the truth is; not limited to 0…1.
    public let predictedIoU: Float

    /// Joins the three.
    public init(lowResLogits: Tensor, logits: Tensor, predictedIoU: Float) {
        self.lowResLogits = lowResLogits
        self.logits = logits
        self.predictedIoU = predictedIoU
    }
}

/// Why a network refused an input.
public enum ModelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The network was not trained for this kind of prompt; the text says which it takes.
    case unsupportedPrompt(String)
    /// The image or a prompt has a size or a value that cannot be used.
    case invalidInput(String)

    /// The text for people.
    public var description: String {
        switch self {
        case .unsupportedPrompt(let detail), .invalidInput(let detail): detail
        }
    }
}
