import Checkpoints
import SegmentAnything

/// The sizes of a SAM-Med2D network; what is not here follows from the checkpoint.
public struct SAMMed2DConfiguration: Sendable, Hashable {
    /// The edge of the square input in pixels; a multiple of the patch size.
    public var inputSize: Int
    /// The edge of a patch in pixels.
    public var patchSize: Int
    /// Channels of the residual stream.
    public var width: Int
    /// The number of transformer blocks.
    public var depth: Int
    /// Attention heads of a block.
    public var heads: Int
    /// The edge of an attention window in patches.
    public var windowSize: Int
    /// The blocks whose attention spans the whole image.
    public var globalBlocks: [Int]
    /// Whether every block has an adapter beside its perceptron.
    public var hasAdapters: Bool

    /// g, the edge of the embedding grid.
    public var grid: Int { inputSize / patchSize }

    /// The published network: ViT-B at 256 pixels with adapters.
    public static let vitB = SAMMed2DConfiguration(width: 768, depth: 12, heads: 12, globalBlocks: [2, 5, 8, 11])
    /// ViT-L at 256 pixels with adapters.
    public static let vitL = SAMMed2DConfiguration(width: 1_024, depth: 24, heads: 16, globalBlocks: [5, 11, 17, 23])
    /// ViT-H at 256 pixels with adapters.
    public static let vitH = SAMMed2DConfiguration(width: 1_280, depth: 32, heads: 16, globalBlocks: [7, 15, 23, 31])

    private init(width: Int, depth: Int, heads: Int, globalBlocks: [Int]) {
        inputSize = 256
        patchSize = 16
        windowSize = 14
        hasAdapters = true
        self.width = width
        self.depth = depth
        self.heads = heads
        self.globalBlocks = globalBlocks
    }

    /// Reads the sizes from the shapes of a checkpoint's tensors.
    ///
    /// The input size is the one of the checkpoint's position table, at most 256 pixels unless another is asked for:
    /// weights of the original Segment Anything (1,024 pixels) run at 256, as in SAM-Med2D.
    ///
    /// - Throws: ``CheckpointError`` when the tensors are those of another family or contradict each other.
    public init(inferredFrom parameters: NamedTensors, inputSize: Int? = nil) throws(CheckpointError) {
        guard !parameters.contains("image_encoder.patch_embed.seq.0.c.weight") else {
            throw .unsupported("these are weights of LiteMedSAM, not of SAM-Med2D")
        }
        let patch = try parameters.shape(of: "image_encoder.patch_embed.proj.weight", axes: 4)
        let positions = try parameters.shape(of: "image_encoder.pos_embed", axes: 4)
        guard positions[1] == positions[2] else { throw .unsupported("a position table of shape \(positions)") }
        patchSize = patch[2]
        width = patch[0]
        self.inputSize = inputSize ?? min(positions[1] * patchSize, 256)
        depth = parameters.blockCount("image_encoder.blocks.")
        hasAdapters = parameters.contains("image_encoder.blocks.0.Adapter.norm.weight")
        var edges: [Int] = []
        var depthOfHead = 0
        for block in 0..<depth {
            let table = try parameters.shape(of: "image_encoder.blocks.\(block).attn.rel_pos_h", axes: 2)
            edges.append((table[0] + 1) / 2)
            depthOfHead = table[1]
        }
        guard depth > 0, width % depthOfHead == 0 else { throw .missingTensor("image_encoder.blocks.0.attn.rel_pos_h") }
        heads = width / depthOfHead
        // A table as long as the image is wide belongs to a global block, any other to a windowed one.
        globalBlocks = edges.indices.filter { edges[$0] == positions[1] }
        let windows = Set(edges).subtracting([positions[1]])
        guard windows.count <= 1 else { throw .unsupported("attention windows of several sizes: \(windows.sorted())") }
        windowSize = windows.first ?? positions[1]
        try validate()
    }

    /// Checks that the sizes can be those of a network.
    func validate() throws(CheckpointError) {
        guard patchSize > 0, inputSize > 0, inputSize % patchSize == 0 else {
            throw .unsupported("an input of \(inputSize) pixels in patches of \(patchSize)")
        }
        guard heads > 0, width % heads == 0, windowSize > 0 else {
            throw .unsupported("\(heads) heads of \(width) channels in windows of \(windowSize)")
        }
        guard !hasAdapters || grid % 2 == 0 else {
            throw .unsupported("adapters halve the grid, which is \(grid) × \(grid): an even edge is needed")
        }
    }
}
