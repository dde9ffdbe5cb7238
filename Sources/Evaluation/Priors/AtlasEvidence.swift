import DurableFiles
import Training

extension GateEvidence {
    /// The evidence for or against atlases, on the test cases of a manifest: what one network made of the boxes that each
    /// set gives. Perfect boxes say nothing of atlases and are left out.
    public init(atlases manifest: CaseManifest, incumbent: ModelEvaluation, candidate: ModelEvaluation) {
        self.init(manifest: manifest, incumbent: incumbent, candidate: candidate)
        self.incumbent.scores.removeAll { $0.key.kind != .automatic }
        self.candidate.scores.removeAll { $0.key.kind != .automatic }
    }
}

extension ModelEvaluation {
    /// The evaluation of a set of atlases: one network under the set's name and digest. A case in which the registration
    /// refused every atlas counts as if nothing were found.
    public func ofAtlases(_ name: String, digest: SHA256Digest) -> ModelEvaluation {
        var evaluation = self
        evaluation.model = name
        evaluation.digest = digest
        for one in evaluation.cases.indices {
            for index in evaluation.cases[one].structures.indices
            where evaluation.cases[one].structures[index].automatic == nil {
                let slices = evaluation.cases[one].structures[index].perfect.slices.filter { $0.truth > 0 }
                evaluation.cases[one].structures[index].automatic = .init(
                    slices: slices.map { .init(slice: $0.slice, intersection: 0, predicted: 0, truth: $0.truth) },
                    surface: nil,
                    volumeML: 0
                )
            }
        }
        return evaluation
    }
}
