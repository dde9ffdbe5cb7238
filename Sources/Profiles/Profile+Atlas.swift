extension Profile {
    /// What of the profile does not fit its atlas: segments whose atlas label the atlas does not have.
    ///
    /// `labels` are the names of the atlas's structures, for example `kidney_left`. Empty when all is well or the profile
    /// uses no atlas.
    public func problems(withAtlasLabels labels: Set<String>) -> [ProfileError.Problem] {
        guard let atlas else { return [] }
        return segments.compactMap { segment in
            guard let label = segment.atlasLabel, !labels.contains(label) else { return nil }
            return ProfileError.Problem(
                file: file,
                line: segment.line,
                message: "the atlas \(atlas) has no structure named \(label)",
                remedy: Self.remedy(for: label, labels)
            )
        }
    }

    private static func remedy(for label: String, _ labels: Set<String>) -> String {
        let folded = label.lowercased().replacing("-", with: "_")
        if let meant = labels.sorted().first(where: { $0.lowercased() == folded }) {
            return "Write atlasLabel=\"\(meant)\""
        }
        return "Use one of: " + labels.sorted().joined(separator: ", ")
    }
}
