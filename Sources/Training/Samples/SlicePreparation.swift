import DurableFiles
import SegmentAnything
import Tensors

/// Reads, changes and encodes slices for a run.
///
/// Where nothing of the encoder learns, or only its end, every slice has a fixed number of variants, whose frozen part is
/// kept. Otherwise every draw is changed anew.
final class SlicePreparation<Model: TrainableModel> {
    private let model: Model
    private let scope: TrainingScope
    private let augmentation: Augmentation
    private let seed: UInt64
    /// Nil where nothing is kept.
    private let cache: FrozenPartCache?
    /// The digest of what computes frozen parts.
    private let encoder: SHA256Digest
    private var remembered: [Place: PreparedSlice] = [:]

    private struct Place: Hashable {
        let isValidation: Bool
        let entry: Int
        let variant: Int
    }

    /// Which slices are asked for.
    enum Part: Sendable { case training, validation }

    /// A slice with its frozen part.
    struct Slice {
        let frozen: Tensor
        let structures: [PreparedSlice.Structure]
    }

    init(
        model: Model,
        configuration: TrainingConfiguration,
        encoder: SHA256Digest,
        cache: FrozenPartCache?
    ) {
        self.model = model
        scope = configuration.scope
        augmentation = configuration.augmentation
        seed = configuration.seed
        self.encoder = encoder
        self.cache = cache
    }

    /// How often frozen layers were run.
    var computed: Int { cache?.computed ?? 0 }

    /// A training slice with the change that the stream of a draw asks for.
    func training(_ source: any SampleSource, entry: Int, random: inout CounterRandom) throws -> Slice {
        guard cache != nil else {
            let change = augmentation.draw(&random)
            return try slice(try prepared(source, entry: entry, change: change))
        }
        let variant = random.index(below: 1 + augmentation.keptVariants)
        var change = Augmentation.Change.none
        if variant > 0 {
            // The same for every draw of the variant.
            var own = CounterRandom(seed: seed, step: variant, item: entry, purpose: .augmentation)
            change = augmentation.draw(&own)
        }
        return try kept(source, Place(isValidation: false, entry: entry, variant: variant), change: change)
    }

    /// A validation slice, unchanged.
    func validation(_ source: any SampleSource, entry: Int) throws -> Slice {
        guard cache != nil else { return try slice(try prepared(source, entry: entry, change: .none)) }
        return try kept(source, Place(isValidation: true, entry: entry, variant: 0), change: .none)
    }

    private func prepared(
        _ source: any SampleSource,
        entry: Int,
        change: Augmentation.Change
    ) throws -> PreparedSlice {
        let window = source.shiftsWindow ? change.window : .none
        let sample = try source.sample(at: entry, window: window)
        let changed = change.applied(to: sample, sourceShiftsWindow: source.shiftsWindow)
        return try PreparedSlice(changed, model: model)
    }

    private func slice(_ prepared: PreparedSlice) throws -> Slice {
        guard let image = prepared.image else { preconditionFailure("a slice that is not kept has its pixels") }
        return Slice(frozen: try model.frozenPart(of: image, scope: scope), structures: prepared.structures)
    }

    private func kept(_ source: any SampleSource, _ place: Place, change: Augmentation.Change) throws -> Slice {
        guard let cache else { preconditionFailure("there is a cache") }
        var slice: PreparedSlice
        if let known = remembered[place] {
            slice = known
        } else {
            slice = try prepared(source, entry: place.entry, change: change)
        }
        let key = SHA256Digest(of: Array("\(encoder) \(scope.rawValue) \(slice.digest)".utf8))
        let frozen = try cache.value(key) {
            if let image = slice.image { return try model.frozenPart(of: image, scope: scope) }
            let again = try prepared(source, entry: place.entry, change: change)
            guard let image = again.image else { preconditionFailure("a slice just read has its pixels") }
            return try model.frozenPart(of: image, scope: scope)
        }
        // Masks are small when packed; pixels are read again where the file of the frozen part is lost.
        slice.image = nil
        remembered[place] = slice
        return Slice(frozen: frozen, structures: slice.structures)
    }
}
