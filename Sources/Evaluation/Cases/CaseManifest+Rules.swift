extension CaseManifest {
    /// Proves what holds for every manifest, whoever wrote it.
    ///
    /// - Throws: ``CaseManifestError``: ids and series are unique, ids and paths are plain, every case has files and
    ///   segments, and no patient has two roles that must not meet.
    public func check() throws(CaseManifestError) {
        var ids: Set<String> = []
        var series: Set<String> = []
        for reviewed in cases {
            guard Self.isPlain(reviewed.id) else {
                throw .invalid("a case's id may hold letters, digits, '.', '-' and '_' alone")
            }
            guard ids.insert(reviewed.id).inserted else { throw .invalid("the case \(reviewed.id) is listed twice") }
            guard series.insert(reviewed.seriesInstanceUID).inserted else {
                throw .invalid("the series of case \(reviewed.id) is listed twice")
            }
            try Self.check(reviewed)
        }
        try checkRoles()
    }

    private static func check(_ reviewed: ReviewedCase) throws(CaseManifestError) {
        let id = reviewed.id
        guard !reviewed.patient.isEmpty else { throw .invalid("the case \(id) has no patient key") }
        guard !reviewed.instances.isEmpty else { throw .invalid("the case \(id) names no image") }
        guard !reviewed.segments.isEmpty else { throw .invalid("the case \(id) names no segment") }
        guard Set(reviewed.segments.map(\.id)).count == reviewed.segments.count,
            Set(reviewed.segments.map(\.number)).count == reviewed.segments.count
        else { throw .invalid("the case \(id) names a segment twice") }
        for path in reviewed.instances.map(\.path) + [reviewed.truth.path] + [reviewed.receipt?.path].compactMap({ $0 })
        {
            guard isRelative(path) else { throw .invalid("the case \(id) names a file outside of the root") }
        }
        guard Set(reviewed.instances.map(\.path)).count == reviewed.instances.count else {
            throw .invalid("the case \(id) names a file twice")
        }
    }

    /// A patient of the test set is nowhere else, and what says when to stop is not learned from.
    private func checkRoles() throws(CaseManifestError) {
        var roles: [String: ReviewedCase.Role] = [:]
        for reviewed in cases {
            // Replay is learned from as training cases are: the two may share a patient.
            let role: ReviewedCase.Role = reviewed.role == .replay ? .train : reviewed.role
            if let other = roles[reviewed.patient], other != role {
                throw .leak(id: reviewed.id, roles: [other.rawValue, role.rawValue].sorted())
            }
            roles[reviewed.patient] = role
        }
    }

    /// Whether a file can be named after the id wherever it is.
    private static func isPlain(_ id: String) -> Bool {
        let allowed = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return allowed && (1...128).contains(id.utf8.count) && !id.hasPrefix(".")
    }

    private static func isRelative(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !parts.isEmpty && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !path.contains("\0")
    }
}
