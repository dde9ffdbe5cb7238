import ArgumentParser
import Checkpoints
import DurableFiles
import Foundation
import Profiles

/// Where model packages are.
struct ModelFolderOptions: ParsableArguments {
    @Option(name: .customLong("models"), help: "The folder of model packages. Default: PREREAD_MODELS, or ./models.")
    var folder: String?

    /// The store in that folder.
    func store(default fallback: RawPath = RawPath("models")) -> ModelStore {
        let named = folder ?? ProcessInfo.processInfo.environment["PREREAD_MODELS"]
        return ModelStore(folder: named.map { RawPath($0) } ?? fallback)
    }

    /// The store of a site, by its file or by PREREAD_SITE; without one as ``store(default:)``.
    func store(ofSite file: String?) throws -> ModelStore {
        guard let file = file ?? ProcessInfo.processInfo.environment["PREREAD_SITE"] else { return store() }
        return store(default: try SiteOptions.parse(["--site", file]).load().models)
    }
}
