import Synchronization

/// Counts what went wrong in tasks on several threads.
final class FailureCount: Sendable {
    private let count = Atomic<Int>(0)

    func add() { count.wrappingAdd(1, ordering: .relaxed) }

    var isZero: Bool { count.load(ordering: .relaxed) == 0 }
}
