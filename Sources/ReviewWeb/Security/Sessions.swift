import Foundation
import Synchronization

/// What a session is known by: the digest of its cookie, so that the memory of the program holds no cookie.
struct SessionID: Sendable, Hashable {
    let digest: [UInt8]

    init(cookie: String) { digest = Secrets.digest(cookie) }
}

/// Who is logged in. Sessions live in memory: a restart logs everybody out.
final class Sessions: Sendable {
    /// A session as it stands.
    struct Session: Sendable {
        let user: String
        /// Of the password that was given.
        let credential: [UInt8]
        let began: ContinuousClock.Instant
        var used: ContinuousClock.Instant
    }

    /// Whoever works without a pause logs in once a day.
    private static let longest = Duration.seconds(12 * 3_600)
    private static let perUser = 32

    private let idle: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let open = Mutex<[SessionID: Session]>([:])

    init(idle: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.idle = idle
        self.now = now
    }

    /// Opens a session and answers its cookie.
    func begin(_ user: UserRecord) -> String {
        let cookie = Secrets.token()
        let now = now()
        open.withLock { open in
            open = open.filter { isAlive($0.value, at: now) }
            let own = open.filter { $0.value.user == user.name }
            if own.count >= Self.perUser, let oldest = own.min(by: { $0.value.used < $1.value.used }) {
                open[oldest.key] = nil
            }
            let session = Session(user: user.name, credential: user.credential, began: now, used: now)
            open[SessionID(cookie: cookie)] = session
        }
        return cookie
    }

    /// The session of a cookie, if it is alive; a request of a person keeps it alive.
    func session(_ id: SessionID, prolonging: Bool) -> Session? {
        let now = now()
        return open.withLock { open in
            guard var session = open[id] else { return nil }
            guard isAlive(session, at: now) else {
                open[id] = nil
                return nil
            }
            if prolonging {
                session.used = now
                open[id] = session
            }
            return session
        }
    }

    /// Ends a session.
    func end(_ id: SessionID) { open.withLock { $0[id] = nil } }

    var count: Int {
        let now = now()
        return open.withLock { open in open.values.count { isAlive($0, at: now) } }
    }

    private func isAlive(_ session: Session, at now: ContinuousClock.Instant) -> Bool {
        now - session.used < idle && now - session.began < Self.longest
    }
}
