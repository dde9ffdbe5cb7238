import Synchronization

/// How much of the machine prompts may take: workers go on beside them.
///
/// One question of a user is answered at a time, and slices that have to be encoded cost credit that comes back with time.
final class PromptAllowance: Sendable {
    /// A user may encode so many slices at once, and so many each second in the long run.
    struct Limits: Sendable {
        var burst = 48.0
        var perSecond = 2.0
    }

    /// Why a question has to wait.
    enum Refusal: Error, Sendable, Hashable {
        case busy
        case tooFast
    }

    private struct Account {
        var credit: Double
        var updated: ContinuousClock.Instant
        var isBusy = false
    }

    private let limits: Limits
    private let accounts = Mutex<[String: Account]>([:])

    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Begins to answer a user; end it with ``end(_:)``.
    func begin(_ user: String) throws(Refusal) {
        let refusal = accounts.withLock { accounts -> Refusal? in
            var account = accounts[user] ?? Account(credit: limits.burst, updated: .now)
            if account.isBusy { return .busy }
            account.isBusy = true
            accounts[user] = account
            return nil
        }
        if let refusal { throw refusal }
    }

    func end(_ user: String) { accounts.withLock { $0[user]?.isBusy = false } }

    /// Pays for encoding a slice.
    func pay(_ user: String, now: ContinuousClock.Instant = .now) throws(Refusal) {
        let isPaid = accounts.withLock { accounts in
            var account = accounts[user] ?? Account(credit: limits.burst, updated: now)
            let elapsed = (now - account.updated).components
            let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
            account.credit = min(limits.burst, account.credit + max(0, seconds) * limits.perSecond)
            account.updated = now
            let isPaid = account.credit >= 1
            if isPaid { account.credit -= 1 }
            accounts[user] = account
            return isPaid
        }
        guard isPaid else { throw .tooFast }
    }
}
