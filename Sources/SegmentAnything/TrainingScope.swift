/// Which of a network's parameters learn.
public enum TrainingScope: String, Sendable, Hashable, Codable, CaseIterable {
    /// The mask decoder, on embeddings that are computed once; for LiteMedSAM also what is added to a box's corners.
    case decoder
    /// SAM-Med2D: the encoder's adapters, the prompt encoder and the mask decoder, as in the published recipe.
    case adapter
    /// LiteMedSAM: what `decoder` says, and the encoder's neck.
    case neck
    /// SAM-Med2D: everything.
    case full
}
