import Atlas
import DurableFiles

extension Profile {
    /// What of the profile does not fit its atlases: segments whose atlas label none of them has.
    ///
    /// `labels` are the names of the structures of all its atlases together, for example `kidney_left`. Empty when all is
    /// well or the profile uses no atlas.
    public func problems(withAtlasLabels labels: Set<String>) -> [ProfileError.Problem] {
        guard !atlases.isEmpty else { return [] }
        let names = atlases.joined(separator: ", ")
        let lacking = atlases.count == 1 ? "the atlas \(names) has no" : "none of the atlases \(names) has a"
        return segments.compactMap { segment in
            guard let label = segment.atlasLabel, !labels.contains(label) else { return nil }
            return ProfileError.Problem(
                file: segment.file,
                line: segment.line,
                message: "\(lacking) structure named \(label)",
                remedy: Self.remedy(for: label, labels)
            )
        }
    }

    /// What of the profile does not fit atlases that are loaded: all that it names.
    public func problems(with atlases: [AtlasDescription]) -> [ProfileError.Problem] {
        problems(withAtlasLabels: Set(atlases.flatMap(\.labels).map(\.name)))
    }

    private static func remedy(for label: String, _ labels: Set<String>) -> String {
        let folded = label.lowercased().replacing("-", with: "_")
        if let meant = labels.sorted().first(where: { $0.lowercased().replacing("-", with: "_") == folded }) {
            return "Write atlasLabel=\"\(meant)\""
        }
        return "Use one of: " + labels.sorted().joined(separator: ", ")
    }
}

extension ProfileSet {
    /// The name of the folder of atlas packages in the folder of profiles.
    public static let atlasFolderName = "atlases"

    /// What of the profiles does not fit the atlas packages in a folder, `atlases/` in that of the profiles.
    ///
    /// Atlases are made at set-up, so one that is not there is no problem of the profile: see
    /// ``missingAtlases(in:)``. A package that cannot be read is one.
    public func atlasProblems(in folder: RawPath) -> [ProfileError.Problem] {
        profiles.flatMap { profile -> [ProfileError.Problem] in
            var labels: Set<String> = []
            var problems: [ProfileError.Problem] = []
            let present = profile.atlases.filter { Self.isInstalled($0, in: folder) }
            for atlas in present {
                do {
                    labels.formUnion(try AtlasPackage.description(of: folder.appending(atlas)).labels.map(\.name))
                } catch {
                    problems.append(
                        ProfileError.Problem(
                            file: profile.file,
                            line: nil,
                            message: "the atlas \(atlas) cannot be used: \(error)",
                            remedy: "Make the atlas again, or restore its folder"
                        )
                    )
                }
            }
            // An atlas that is not there yet may have what the others lack.
            let isWhole = problems.isEmpty && present.count == profile.atlases.count
            return isWhole ? profile.problems(withAtlasLabels: labels) : problems
        }
    }

    /// Atlases that profiles name and that are not in a folder, in the order of their names.
    public func missingAtlases(in folder: RawPath) -> [String] {
        Set(profiles.flatMap(\.atlases)).filter { !Self.isInstalled($0, in: folder) }.sorted()
    }

    /// Whether there is a package of that name, good or bad, in a folder of atlases.
    public static func isInstalled(_ atlas: String, in folder: RawPath) -> Bool {
        let entries = (try? FolderScan.entries(of: folder.appending(atlas))) ?? []
        return entries.contains { $0.name == RawPath(AtlasPackage.descriptionName) }
    }
}
