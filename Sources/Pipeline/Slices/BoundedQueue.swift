import Foundation

// @unchecked: the state is touched only while the condition's lock is held.
/// Hands elements from one thread to another in order. Who adds waits while it is full, who takes while it is empty, so
/// that neither runs away from the other and memory stays what its capacity says.
final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let capacity: Int
    private var elements: [Element] = []
    /// Nothing will be added any more.
    private var isFinished = false
    /// Nothing will be taken any more.
    private var isAbandoned = false

    init(capacity: Int) {
        precondition(capacity > 0, "a queue holds one element at least")
        self.capacity = capacity
    }

    /// Waits for room and adds an element; `false` says that nobody takes any more.
    func add(_ element: Element) -> Bool {
        condition.withLock {
            while elements.count == capacity, !isAbandoned { condition.wait() }
            guard !isAbandoned else { return false }
            precondition(!isFinished, "nothing is added after the end")
            elements.append(element)
            condition.broadcast()
            return true
        }
    }

    /// Waits for an element and takes it; `nil` after the last.
    func take() -> Element? {
        condition.withLock {
            while elements.isEmpty, !isFinished, !isAbandoned { condition.wait() }
            guard !elements.isEmpty else { return nil }
            condition.broadcast()
            return elements.removeFirst()
        }
    }

    /// Says that the last element was added.
    func finish() {
        condition.withLock {
            isFinished = true
            condition.broadcast()
        }
    }

    /// Drops what is in the queue and lets go who waits for room.
    func abandon() {
        condition.withLock {
            isAbandoned = true
            elements = []
            condition.broadcast()
        }
    }
}
