import Dispatch
import Foundation

/// A thread that does one piece of work beside the caller's: blocking reads and long loops do not belong on the
/// cooperative pool.
struct HelperThread {
    private let ended = DispatchGroup()

    /// Starts at once.
    init(name: String, _ body: @escaping @Sendable () -> Void) {
        let ended = ended
        ended.enter()
        let thread = Thread {
            body()
            ended.leave()
        }
        thread.name = name
        thread.start()
    }

    /// Returns after the work's end.
    func join() { ended.wait() }
}
