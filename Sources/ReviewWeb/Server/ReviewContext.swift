import Hummingbird

/// What is known of a request while it is answered.
public struct ReviewContext: RequestContext {
    /// What Hummingbird keeps.
    public var coreContext: CoreRequestContextStorage
    /// Who asks; `nil` before the log-in.
    public var user: ReviewUser?

    /// The context of a request that just came.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }

    /// Who asks, if they may do what the role may.
    ///
    /// - Throws: ``ReviewError`` of status 401 or 403.
    public func user(_ role: ReviewRole) throws(ReviewError) -> ReviewUser {
        guard let user else { throw ReviewError(.unauthorized, "LOGIN_REQUIRED", "log in first") }
        guard user.role >= role else {
            throw ReviewError(
                .forbidden,
                "ROLE",
                "this takes the role \(role.rawValue); yours is \(user.role.rawValue)"
            )
        }
        return user
    }
}
