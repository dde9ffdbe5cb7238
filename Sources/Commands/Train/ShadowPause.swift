import Foundation

/// Holds a computing thread between slices while something else comes first, or ends it.
///
/// `@unchecked Sendable`: both flags are read and written only while the condition is locked.
final class ShadowPause: @unchecked Sendable {
    private let condition = NSCondition()
    private var isHeld = false
    private var isStopped = false

    /// Holds the thread at its next slice, or lets it go on.
    func hold(_ held: Bool) {
        condition.withLock {
            isHeld = held
            condition.broadcast()
        }
    }

    /// Ends the work at its next slice.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    /// Waits while the thread is held; false where the work ends.
    func passes() -> Bool {
        condition.withLock {
            while isHeld, !isStopped { condition.wait() }
            return !isStopped
        }
    }
}
