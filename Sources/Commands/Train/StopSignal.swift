import Glibc
import Synchronization

/// Whether the process was asked to end, by SIGTERM or SIGINT; a second SIGINT ends it at once.
enum StopSignal {
    fileprivate static let isRaised = Atomic<Bool>(false)

    /// Listens from now on.
    static func listen() {
        // Makes the variable before the first signal: the handler may then touch it at any moment.
        isRaised.store(false, ordering: .relaxed)
        signal(SIGTERM, noteSignal)
        signal(SIGINT, noteSignal)
    }

    /// Whether a signal has come.
    static var isSet: Bool { isRaised.load(ordering: .relaxed) }
}

/// The handler. See: 'man 7 signal-safety'
private func noteSignal(_ number: Int32) {
    StopSignal.isRaised.store(true, ordering: .relaxed)
    // A service manager sends SIGTERM to the whole group, and the service passes one on: two are no hurry.
    if number == SIGINT { signal(number, SIG_DFL) }
}
