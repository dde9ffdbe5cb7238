/// Why weights could not be read or do not fit a network, in words that say what to do.
public enum CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
    case missingTensor(String)
    case wrongShape(name: String, expected: [Int], found: [Int])
    /// The container is damaged, hostile or of a kind that is not read; the text says which and where.
    case malformed(String)
    case unsupported(String)
    /// The operating system refused; the text is the failed operation.
    case unreadable(String)

    /// What is wrong and what to do, for the operator.
    public var description: String {
        switch self {
        case .missingTensor(let name):
            "the checkpoint has no tensor \(name): it belongs to another architecture or is incomplete"
        case .wrongShape(let name, let expected, let found):
            "tensor \(name) has shape \(found), the network needs \(expected)"
        case .malformed(let detail): "the checkpoint is malformed: \(detail)"
        case .unsupported(let detail): "the checkpoint is not supported: \(detail)"
        case .unreadable(let detail): "the checkpoint cannot be read: \(detail)"
        }
    }
}

extension CheckpointError {
    /// A name from an untrusted file for use in a message: short, and without control characters.
    static func quote(_ name: String) -> String {
        let limit = 80
        let visible = String(String.UnicodeScalarView(name.unicodeScalars.prefix(limit)))
        return visible.debugDescription + (visible.utf8.count < name.utf8.count ? "…" : "")
    }
}
