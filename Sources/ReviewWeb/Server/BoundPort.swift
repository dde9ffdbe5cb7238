import Synchronization

/// The port that the service listens on; the system chooses it where the settings say 0.
final class BoundPort: Sendable {
    private let value: Mutex<Int>

    init(_ port: Int) { value = Mutex(port) }

    var number: Int {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
