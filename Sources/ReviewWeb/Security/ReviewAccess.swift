/// Who may come in and how that is noted: what all routes share.
package struct ReviewAccess: Sendable {
    package let users: UserDirectory
    package let audit: any ReviewAudit
    let sessions: Sessions
    let cookie: SessionCookie
    let rate: RequestRate
    let limit: AttemptLimit

    /// Tries to log in that a user or an address has in a minute.
    static let triesPerMinute = 5

    /// The access to a page that is reached as the settings say.
    package init(
        _ settings: ReviewSettings,
        users: UserDirectory,
        audit: any ReviewAudit,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.users = users
        self.audit = audit
        sessions = Sessions(idle: .seconds(settings.idleMinutes * 60), now: now)
        cookie = SessionCookie(isSecure: settings.isSecure)
        rate = RequestRate(now: now)
        limit = AttemptLimit(Self.triesPerMinute, in: .seconds(60), now: now)
    }

    var authentication: Authentication {
        Authentication(users: users, sessions: sessions, cookie: cookie, rate: rate)
    }

    func session(idleMinutes: Int) -> SessionRoutes {
        SessionRoutes(
            users: users,
            sessions: sessions,
            cookie: cookie,
            limit: limit,
            audit: audit,
            idleMinutes: idleMinutes
        )
    }
}
