import Checkpoints
import Tensors

/// The learned vectors that say what a sparse token stands for.
struct TokenEmbeddings: Sendable {
    /// `[1, C]` each: a background point, a foreground point, a box's first and its second corner, padding.
    private let vectors: [Tensor]
    private let width: Int

    /// Takes the tensors `prompt_encoder.point_embeddings…` and `prompt_encoder.not_a_point_embed`.
    init(_ parameters: NamedTensors, width: Int) throws(CheckpointError) {
        self.width = width
        var vectors: [Tensor] = []
        for kind in 0..<4 {
            vectors.append(
                try parameters.require("prompt_encoder.point_embeddings.\(kind).weight", shape: [1, width])
            )
        }
        vectors.append(try parameters.require("prompt_encoder.not_a_point_embed.weight", shape: [1, width]))
        self.vectors = vectors
    }

    /// A vector for each token: `[n, C]`, zeros for a kind that is not known.
    ///
    /// Only vectors in use take part, so that those of other kinds have no gradient at all rather than zeros: an
    /// optimiser passes them over.
    func callAsFunction(_ kinds: [PromptToken.Kind]) -> Tensor {
        let used = Set(kinds).sorted { $0.rawValue < $1.rawValue }
        let table = Tensor.joined(
            used.map { $0 == .unknown ? Tensor(zeros: [1, width]) : vectors[$0.rawValue] }
        )
        let rows = kinds.map { kind in used.firstIndex(of: kind) ?? 0 }
        return table.gathered(rows)
    }
}
