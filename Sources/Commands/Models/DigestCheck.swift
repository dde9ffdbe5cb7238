import Checkpoints
import Dispatch
import Synchronization

/// Compares a package's weights with the digest of its manifest in a thread of its own.
final class DigestCheck: Sendable {
    private let ended = DispatchGroup()
    private let failure = Mutex<(any Error)?>(nil)

    /// Begins at once.
    init(_ package: ModelPackage) {
        DispatchQueue.global().async(group: ended) { [self] in
            do {
                try package.verifyDigest()
            } catch {
                failure.withLock { $0 = error }
            }
        }
    }

    /// Waits for the end; throws what was found.
    func end() throws {
        ended.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Waits for the end and says whether the digest was right.
    var isRight: Bool {
        ended.wait()
        return failure.withLock { $0 == nil }
    }
}
