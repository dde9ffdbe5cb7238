/// Makes the elements of a sequence in a thread of its own, a few ahead of who takes them, and hands them out in order.
///
/// What making an element throws is thrown where that element would have been taken, as if nothing had been made ahead.
/// At most `ahead` + 1 elements exist that were not taken yet.
final class ReadAhead<Element: Sendable> {
    private let queue: BoundedQueue<Result<Element, any Error>>
    private let thread: HelperThread

    /// Starts to make elements 0..<`count`. `maker` is called once, in the helper thread, which then owns whatever the
    /// closure that it returns works with.
    init(
        count: Int,
        ahead: Int,
        maker: @escaping @Sendable () -> (Int) throws -> Element
    ) {
        let queue = BoundedQueue<Result<Element, any Error>>(capacity: ahead)
        self.queue = queue
        thread = HelperThread(name: "preread.read-ahead") {
            let make = maker()
            for index in 0..<count {
                let result = Result { try make(index) }
                guard queue.add(result), case .success = result else { break }
            }
            queue.finish()
        }
    }

    /// The next element; `nil` after the last, and after one that could not be made.
    func next() throws -> Element? { try queue.take()?.get() }

    /// Makes nothing more; returns when the thread has ended. Must be called, on every way out.
    func stop() {
        queue.abandon()
        thread.join()
    }
}
