import Checkpoints
import DurableFiles
import Foundation
import Profiles
import SegmentAnything
import Training

/// What a person or the site wants of a run.
struct TrainingSettings {
    var scope: TrainingScope
    var precision: TrainingConfiguration.Precision
    var seed: UInt64
    /// Steps at most; nil for the default of the recipe.
    var steps: Int?
    var minutes: Double
    var memoryMB: Int
    var promotes: Bool
    /// Only cases of this profile; nil for all.
    var profile: String?
    var channel: String
    /// Who begins the run.
    var actor: String
}

extension TrainingSettings {
    /// What the site file asks for.
    init(of site: SiteConfiguration, by actor: String) throws {
        guard let scope = TrainingScope(rawValue: site.training.scope) else {
            throw CommandFailure(.environment, "the site file's training has the unknown scope \(site.training.scope)")
        }
        self.init(
            scope: scope,
            precision: .float32,
            seed: 1,
            minutes: site.training.minutes,
            memoryMB: site.training.memoryMB,
            promotes: site.training.promotes,
            channel: ModelChannels.production,
            actor: actor
        )
    }
}

extension TrainingRunRecord {
    /// How the run trains: the network's recipe with what the run's record says.
    func configuration(for traits: ModelTraits) throws -> TrainingConfiguration {
        guard let scope = TrainingScope(rawValue: scope),
            let precision = TrainingConfiguration.Precision(rawValue: precision)
        else {
            throw CommandFailure(.findings, "training run \(id): run.json names a scope or precision that is unknown")
        }
        var configuration = TrainingConfiguration.published(for: traits, scope: scope)
        configuration.seed = seed
        configuration.steps = steps
        // Often enough that a short run is judged at several places, too.
        configuration.validation.everySteps = max(10, steps / 10)
        if let boxes {
            configuration.prompts.jitter = boxes.common.jitter
            configuration.prompts.segmentJitters = boxes.segments.mapValues(\.jitter)
        }
        configuration.precision = precision
        configuration.timeBudget = minutes * 60
        configuration.memoryBudget = memoryMB << 20
        return configuration
    }
}
