/// Why a model package cannot be made or used.
public enum ModelStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case invalidName(String)
    case notFound(name: String)
    /// Other weights have that name already.
    case nameTaken(name: String)
    case damaged(name: String, reason: String)
    /// Another process is changing the same store.
    case busy
    /// `channels.json` cannot be used.
    case damagedChannels(String)
    /// There is nothing to go back from.
    case nothingPromoted(channel: String)
    /// Somebody switched the channel while a decision was prepared.
    case changedMeanwhile(channel: String)
    /// A channel stands for the package or once stood for it.
    case inUse(name: String)
    /// The folder holds no package.
    case noModels(folder: String)

    /// What is wrong and what to do, for the operator.
    public var description: String {
        switch self {
        case .invalidName(let name):
            "\(CheckpointError.quote(name)) cannot name a model: use 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit"
        case .notFound(let name): "there is no model \(name); see which there are with 'models list'"
        case .nameTaken(let name):
            "model \(name) exists with other weights: import under another name, or remove its folder first"
        case .damaged(let name, let reason):
            "model \(name) is damaged: \(reason). Remove its folder and import it again"
        case .inUse(let name):
            "model \(name) is named by a channel or its history, and is not removed: see 'models history'"
        case .busy: "another process is changing this model store: try again when it has ended"
        case .damagedChannels(let reason):
            "the model store's channels.json cannot be used: \(reason). Restore it, or remove it to fall back to the site's "
                + "default model"
        case .changedMeanwhile(let channel):
            "the channel \(channel) was switched meanwhile: nothing was changed; look at 'models history'"
        case .noModels(let folder): "there is no model in \(folder): name the folder with --models or PREREAD_MODELS"
        case .nothingPromoted(let channel):
            "nothing is promoted in the channel \(channel): it stands for the site's default"
        }
    }
}
