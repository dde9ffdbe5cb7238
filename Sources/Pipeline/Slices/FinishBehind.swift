/// Finishes the work on elements in a thread of its own while who added them goes on with the next: the other end of
/// ``ReadAhead``. Results keep the order in which elements were added.
final class FinishBehind<Element: Sendable, Output: Sendable> {
    private let queue: BoundedQueue<Element>
    private let results = Results()
    private let thread: HelperThread

    // @unchecked: written by the helper thread alone, and read after it was joined.
    private final class Results: @unchecked Sendable {
        var outputs: [Output] = []
    }

    /// At most `behind` elements wait to be finished.
    init(behind: Int, _ finish: @escaping @Sendable (Element) -> [Output]) {
        let queue = BoundedQueue<Element>(capacity: behind)
        self.queue = queue
        thread = HelperThread(name: "preread.finish-behind") { [results] in
            while let element = queue.take() { results.outputs += finish(element) }
        }
    }

    /// Waits for room and adds an element.
    func add(_ element: Element) { _ = queue.add(element) }

    /// Waits until everything is finished and returns it.
    func outputs() -> [Output] {
        queue.finish()
        thread.join()
        return results.outputs
    }

    /// Drops what is not finished; returns when the thread has ended. Must be called, on every way out.
    func stop() {
        queue.abandon()
        thread.join()
    }
}
