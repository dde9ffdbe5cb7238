import Foundation

/// Runs what waits for disks and processes on a thread of its own, one piece after the other.
///
/// A hung network mount then holds this thread and not the threads that all tasks share.
package struct BlockingWork: Sendable {
    private let queue: OperationQueue

    package init(name: String) {
        queue = OperationQueue()
        queue.name = name
        queue.maxConcurrentOperationCount = 1
    }

    package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.addOperation { continuation.resume(returning: work()) }
        }
    }

    package func run<Value: Sendable, Failure: Error>(
        throwing work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await run {
            do throws(Failure) {
                return Result<Value, Failure>.success(try work())
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
