import Dispatch

/// Work that keeps a processor busy, away from the threads that all tasks share.
enum OffloadedWork {
    private static let queue = DispatchQueue(label: "preread.web", qos: .userInitiated, attributes: .concurrent)

    /// Runs a body on a thread of its own.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
