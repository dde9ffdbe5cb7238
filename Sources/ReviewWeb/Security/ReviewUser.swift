/// Who asks.
public struct ReviewUser: Sendable, Hashable {
    /// The name that decisions carry.
    public let name: String
    /// What they may do.
    public let role: ReviewRole

    /// A user by name and role.
    public init(name: String, role: ReviewRole) {
        self.name = name
        self.role = role
    }
}
