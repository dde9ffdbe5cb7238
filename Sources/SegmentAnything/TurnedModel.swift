import Tensors

/// A network that is shown turned slices, and whose prompts and masks are those of the slices as they are stored.
///
/// Embeddings, mask prompts and low-resolution logits stay those of the turned slice: they go from one answer into the next
/// question, and nowhere else.
struct TurnedModel: SegmentationModel {
    let network: any SegmentationModel
    let turn: SliceTurn

    var traits: ModelTraits { network.traits }

    func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding { try network.encode(turn.shown(image)) }

    func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] {
        let (rows, columns) =
            turn.transposes
            ? (embedding.sourceColumns, embedding.sourceRows) : (embedding.sourceRows, embedding.sourceColumns)
        let shown = prompts.map { prompt in
            Prompt(
                box: prompt.box.map { turn.shown($0, rows: rows, columns: columns) },
                points: prompt.points.map { turn.shown($0, rows: rows, columns: columns) },
                mask: prompt.mask
            )
        }
        return try network.decode(shown, on: embedding).map { prediction in
            MaskPrediction(
                lowResLogits: prediction.lowResLogits,
                logits: Tensor(
                    turn.stored(prediction.logits.values, rows: rows, columns: columns),
                    shape: [rows, columns]
                ),
                predictedIoU: prediction.predictedIoU
            )
        }
    }
}

extension SegmentationModel {
    /// The network as it is shown turned slices; prompts and masks stay those of the stored slice.
    public func turned(_ turn: SliceTurn) -> any SegmentationModel {
        turn == .none ? self : TurnedModel(network: self, turn: turn)
    }
}
