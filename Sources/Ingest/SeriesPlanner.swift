import DICOMFiles
import DurableFiles
import Ledger

/// Decides which jobs a settled series asks for.
package protocol SeriesPlanner: Sendable {
    /// Plans all instances of one series, in the order of their UIDs.
    ///
    /// - Throws: where the decision cannot be made now; the series is planned again later.
    func decision(for instances: [Instance]) async throws -> SeriesPlan.Decision
}

extension JobPlan {
    /// The plan for a set of instances in the order given. The set's digest does not depend on the order.
    package init(
        instances: [Instance],
        profile: ProfileReference,
        modelDigest: ContentDigest,
        flags: [String] = []
    ) {
        let members = instances.map { "\($0.identity.sopInstanceUID.rawValue) \($0.digest)\n" }.sorted()
        guard let set = ContentDigest(hex: SHA256Digest(of: Array(members.joined().utf8)).hex) else {
            preconditionFailure("SHA-256 has 64 digits")
        }
        self.init(
            instances: instances.map(\.identity.sopInstanceUID),
            setDigest: set,
            profile: profile,
            modelDigest: modelDigest,
            flags: flags
        )
    }
}
