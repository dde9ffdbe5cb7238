import Foundation

/// Runs what waits for disks, or computes for long, on a thread of its own, one piece after the other: the threads that all
/// requests share stay free.
struct SerialWork: Sendable {
    private let queue: OperationQueue

    init(_ name: String) {
        queue = OperationQueue()
        queue.name = name
        queue.maxConcurrentOperationCount = 1
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result { try work() }) }
        }
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.addOperation { continuation.resume(returning: work()) }
        }
    }
}
