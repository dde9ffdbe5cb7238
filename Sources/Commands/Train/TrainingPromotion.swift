import Checkpoints
import Profiles

/// Puts a candidate in the incumbent's place, if the incumbent still has it.
struct TrainingPromotion {
    let site: SiteConfiguration
    let models: ModelStore

    /// What a run's channel stands for now.
    enum Standing: Equatable {
        /// The model that the run began with.
        case incumbent
        /// The model that the run made: it was promoted already.
        case candidate
        /// A third one: the run's comparisons say nothing about it.
        case other(String)
    }

    /// What the record's channel stands for now.
    func standing(_ record: TrainingRunRecord) throws -> Standing {
        let choice: ProfileModel.Choice =
            record.channel == ModelChannels.production ? .siteDefault : .channel(record.channel)
        let present = try ModelLoader.package(for: choice, default: site.defaultModel, in: models).manifest
        if let candidate = record.candidate, present.name == candidate.name,
            present.weights.sha256 == candidate.sha256
        {
            return .candidate
        }
        return present.weights.sha256 == record.incumbent.sha256 ? .incumbent : .other(present.name)
    }

    /// Promotes the record's candidate; nothing happens where it was promoted already.
    ///
    /// The incumbent may have changed while the run went on: then nothing is promoted.
    func promote(_ record: TrainingRunRecord, reason: String = "gate") throws {
        guard let candidate = record.candidate else {
            throw CommandFailure(.findings, "training run \(record.id): run.json names no candidate")
        }
        let channels = try models.channels()
        // It was promoted before this run was interrupted: whatever came later is a person's decision.
        let wasPromoted = channels.history.contains {
            $0.kind == .promoted && $0.channel == record.channel && $0.to == candidate.name
        }
        if wasPromoted { return }
        switch try standing(record) {
        case .candidate: break
        case .incumbent:
            try models.promote(
                candidate.name,
                in: record.channel,
                replacing: .some(channels.current(record.channel)),
                by: "preread train",
                reason: "\(reason) of \(record.id)"
            )
        case .other(let name):
            throw CommandFailure(.findings, Self.text(record, name))
        }
    }

    /// Why a third model in the channel keeps the candidate out.
    static func text(_ record: TrainingRunRecord, _ name: String) -> String {
        "\(record.channel) stands for \(name) by now, not for \(record.incumbent.name): nothing is promoted"
    }
}
