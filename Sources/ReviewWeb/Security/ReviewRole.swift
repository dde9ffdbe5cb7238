/// What a user of the review page may do. Each role may do what the one before it may.
public enum ReviewRole: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Looks at studies and results.
    case viewer
    /// Decides and corrects.
    case reviewer
    /// Trains, promotes and releases.
    case admin

    /// By what it may do.
    public static func < (left: ReviewRole, right: ReviewRole) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .reviewer: 1
        case .admin: 2
        }
    }
}
