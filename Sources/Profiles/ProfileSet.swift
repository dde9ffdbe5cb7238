import DurableFiles

/// All profiles of a folder.
public struct ProfileSet: Sendable, Hashable {
    /// Those that series may get, in the byte order of their ids.
    public let profiles: [Profile]
    /// Those that are there to be extended or to be read by people, in the byte order of their ids.
    public let inactive: [Profile]

    /// Makes a set of profiles whose ids differ.
    public init(_ profiles: [Profile]) throws(ProfileError) {
        let ordered = profiles.sorted { ($0.id, $0.file) < ($1.id, $1.file) }
        let twins = zip(ordered, ordered.dropFirst()).filter { $0.id == $1.id }
        guard twins.isEmpty else {
            throw ProfileError(
                twins.map { first, second in
                    .init(
                        file: second.file,
                        line: nil,
                        message: "the id \(second.id) is that of \(first.file) already",
                        remedy: "Give one of the two profiles another id, or remove it"
                    )
                }
            )
        }
        self.profiles = ordered.filter(\.isActive)
        inactive = ordered.filter { !$0.isActive }
    }

    /// Loads every `*.xml` of a folder, with the `profile.xsd` and `codes.tsv` that lie there.
    ///
    /// Folders in it and files whose names begin with a dot are left alone.
    ///
    /// - Throws: the problems of all files together. A set is loaded whole or not at all: with a part of the profiles
    ///   another one could win.
    public static func load(_ folder: RawPath) throws(ProfileError) -> ProfileSet {
        try read(try files(in: folder), with: try ProfileReader(folder: folder), extending: [])
    }

    /// Loads files alone, with the schema and the codes of a folder; they may extend each other and what lies there.
    public static func load(_ files: [RawPath], folder: RawPath) throws(ProfileError) -> ProfileSet {
        let reader = try ProfileReader(folder: folder)
        var parents: [ProfileDocument] = []
        for path in (try? Self.files(in: folder)) ?? [] where !files.contains(path) {
            // A file that was not asked for is judged only where it is needed.
            if let document = try? reader.document(at: path) { parents.append(document) }
        }
        return try read(files, with: reader, extending: parents)
    }

    private static func read(
        _ files: [RawPath],
        with reader: ProfileReader,
        extending parents: [ProfileDocument]
    ) throws(ProfileError) -> ProfileSet {
        var documents: [ProfileDocument] = []
        var profiles: [Profile] = []
        var problems: [ProfileError.Problem] = []
        for path in files {
            do throws(ProfileError) {
                documents.append(try reader.document(at: path))
            } catch {
                problems += error.problems
            }
        }
        for document in documents {
            do throws(ProfileError) {
                profiles.append(try reader.profile(of: document, among: documents + parents))
            } catch {
                // What is wrong in a profile is wrong in all that extend it, and is said once.
                problems += error.problems.filter { !problems.contains($0) }
            }
        }
        do throws(ProfileError) {
            let set = try ProfileSet(profiles)
            guard problems.isEmpty else { throw ProfileError(problems) }
            return set
        } catch {
            // Problems of files and of the set, each once.
            throw ProfileError(problems + error.problems.filter { !problems.contains($0) })
        }
    }

    /// The profile of an id.
    public func profile(id: String) -> Profile? {
        profiles.first { $0.id == id }
    }

    /// Every attribute that a rule of any profile looks at: the keys that ``SeriesFacts`` needs.
    public var requestedKeys: Set<String> {
        profiles.reduce(into: []) { $0.formUnion($1.requestedKeys) }
    }

    /// Finds the profile for a series. See ``ProfileMatcher/match(_:profiles:)``.
    public func match(_ facts: SeriesFacts) -> MatchOutcome {
        ProfileMatcher.match(facts, profiles: profiles)
    }

    private static func files(in folder: RawPath) throws(ProfileError) -> [RawPath] {
        let entries: [FolderScan.Entry]
        do throws(FileError) {
            entries = try FolderScan.entries(of: folder)
        } catch {
            throw ProfileError.unreadable(folder, what: "folder of profiles", error)
        }
        let names = entries.filter { entry in
            entry.kind != .folder && entry.name.hasSuffix(".xml") && entry.name.bytes.first != UInt8(ascii: ".")
        }
        guard !names.isEmpty else {
            throw ProfileError(
                file: folder.displayName,
                "there is no profile (*.xml) in the folder",
                remedy: "Put a profile there, or correct <profiles folder=\"…\"/> in the site file"
            )
        }
        return names.map { folder.appending($0.name) }
    }
}
