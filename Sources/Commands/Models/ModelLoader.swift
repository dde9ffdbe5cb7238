import Checkpoints
import DurableFiles
import Inference
import LiteMedSAM
import Pipeline
import Profiles
import SAMMed2D
import SegmentAnything
import Tensors

/// Makes networks from model packages: the one place that knows every architecture.
enum ModelLoader {
    /// Where a store keeps packed weights: beside the models that they are made from. No package can have that name.
    static let packedFolder = ".packed"

    /// Loads a package, and hands it out only if its weights have the digest of its manifest.
    ///
    /// The digest is computed while the network is made: of a gigabyte it takes longer than mapping weights that were
    /// packed before. Weights are packed into the cache only after the digest was right.
    static func load(_ package: ModelPackage, precision: ProfileModel.Precision = .fp32) throws -> LoadedModel {
        let check = DigestCheck(package)
        let cache = PackedWeightCache(
            folder: package.folder.parent.appending(packedFolder),
            // Another version of the program may pack in another way.
            digest: "\(package.manifest.weights.sha256) \(ProgramVersion.number)",
            isTrusted: { check.isRight },
            warn: { StandardError.print("preread: \($0); each start packs them anew") }
        )
        let network: any SegmentationModel
        do {
            network = try Self.network(package, precision: precision, cache: cache)
        } catch {
            // Weights that are damaged are called so, whatever else fails on them.
            try check.end()
            throw error
        }
        try check.end()
        return LoadedModel(
            name: package.manifest.name,
            digest: package.manifest.weights.sha256,
            // As it runs: a CPU without the instructions computes in the next better arithmetic.
            precision: NetworkPrecision(precision).available.rawValue,
            network: network
        )
    }

    /// The network of a package, with its weights in that arithmetic, packed or taken from a cache.
    static func network(
        _ package: ModelPackage,
        precision: ProfileModel.Precision = .fp32,
        cache: PackedWeightCache? = nil
    ) throws -> any SegmentationModel & VerifiableModel {
        let weights = try package.load()
        switch package.manifest.architecture {
        case .liteMedSAM: return try LiteMedSAMModel(parameters: weights, precision: .init(precision), cache: cache)
        case .samMed2D, .sam: return try SAMMed2DModel(weights, precision: .init(precision), cache: cache)
        }
    }

    /// The package that a profile's choice stands for now.
    ///
    /// A profile without a choice takes the channel `production`; a channel in which nothing was promoted stands for the
    /// default, or, without one, for the only package there is.
    static func package(
        for choice: ProfileModel.Choice,
        default fallback: String?,
        in store: ModelStore
    ) throws -> ModelPackage {
        let channel: String
        switch choice {
        case .name(let name): return try package(named: name, in: store)
        case .channel(let named): channel = named
        case .siteDefault: channel = ModelChannels.production
        }
        do {
            if let promoted = try store.package(promotedIn: channel) { return promoted }
        } catch {
            throw CommandFailure(describing: error)
        }
        return try package(named: fallback, in: store)
    }

    /// The package of that name, or, when no name is given, the only one there is.
    static func package(named name: String?, in store: ModelStore) throws -> ModelPackage {
        do {
            if let name { return try store.package(named: name) }
            // Fine-tuned packages are chosen by their channel or by name.
            let packages = try store.list().packages.filter { $0.manifest.training == nil }
            guard let first = packages.first else {
                throw CommandFailure(
                    .environment,
                    "there is no model in \(store.folder.displayName): import one with 'preread models import FILE'"
                )
            }
            guard packages.count == 1 else {
                let names = packages.map(\.manifest.name).joined(separator: ", ")
                throw CommandFailure(.wrongUse, "there are several models (\(names)): choose one with --model")
            }
            return first
        } catch let error as ModelStoreError {
            throw CommandFailure(describing: error)
        } catch let error as FileError {
            throw CommandFailure(.environment, "the models in \(store.folder.displayName): \(error.description)")
        }
    }
}

extension NetworkPrecision {
    /// The arithmetic that a profile or a site names.
    init(_ precision: ProfileModel.Precision) {
        switch precision {
        case .fp32: self = .float32
        case .bf16: self = .bfloat16
        case .int8: self = .integer8
        }
    }
}
