import ArgumentParser
import Checkpoints
import DurableFiles
import Foundation

/// Where model packages are.
struct ModelFolderOptions: ParsableArguments {
    @Option(name: .customLong("models"), help: "The folder of model packages. Default: PREREAD_MODELS, or ./models.")
    var folder: String?

    /// The store in that folder.
    func store(default fallback: RawPath = RawPath("models")) -> ModelStore {
        let named = folder ?? ProcessInfo.processInfo.environment["PREREAD_MODELS"]
        return ModelStore(folder: named.map { RawPath($0) } ?? fallback)
    }
}
