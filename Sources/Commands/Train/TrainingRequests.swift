import Synchronization

/// A person's wish for a training run, on its way to the service's supervisor. It lives as long as the service: whoever
/// asked sees whether a run began.
final class TrainingRequests: Sendable {
    private let actor = Mutex<String?>(nil)

    /// Whether somebody has asked and no run has begun yet.
    var isWaiting: Bool { actor.withLock { $0 != nil } }

    /// Asks for a run; who asked first is named.
    func ask(by name: String) {
        actor.withLock { if $0 == nil { $0 = name } }
    }

    /// Takes the wish; nil where nobody has asked.
    func take() -> String? {
        actor.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
    }
}
