/// Why a model package cannot be made or used.
public enum ModelStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case invalidName(String)
    case notFound(name: String)
    /// Other weights have that name already.
    case nameTaken(name: String)
    case damaged(name: String, reason: String)
    /// Another process is importing into the same store.
    case busy

    public var description: String {
        switch self {
        case .invalidName(let name):
            "\(CheckpointError.quote(name)) cannot name a model: use 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit"
        case .notFound(let name): "there is no model \(name); see which there are with 'models list'"
        case .nameTaken(let name):
            "model \(name) exists with other weights: import under another name, or remove its folder first"
        case .damaged(let name, let reason):
            "model \(name) is damaged: \(reason). Remove its folder and import it again"
        case .busy: "another import into this model store is running: try again when it has ended"
        }
    }
}
