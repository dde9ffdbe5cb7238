import DurableFiles
import Synchronization

/// The profiles of a running service: loaded again when their files change, kept as they were when the change is bad.
///
/// A job keeps the version that it was planned with: every version that was in use since the start can still be had.
public final class ProfileCatalogue: Sendable {
    /// What a look at the folder led to.
    public enum Reload: Sendable, Hashable {
        /// The files are those of the last look, or still being written.
        case unchanged
        /// The new profiles are in use.
        case loaded(ProfileSet)
        /// The new files are bad, and the profiles stay as they were.
        case refused(ProfileError)
    }

    /// What the profiles in use are, and what is wrong with the files that are not.
    public struct State: Sendable, Hashable {
        /// The profiles in use.
        public let set: ProfileSet
        /// How often profiles were loaded, the start included.
        public let revision: Int
        /// Why the files as they lie there now are not in use; empty where they are.
        public let problems: [ProfileError.Problem]
    }

    /// What of a set cannot be used here although its files are right: an atlas that lacks a structure, a missing model.
    public typealias Check = @Sendable (ProfileSet) -> [ProfileError.Problem]

    fileprivate struct Memory {
        var state: State
        /// Files of the profiles in use, or of those that were refused last.
        var judged: [FolderScan.Entry]
        /// Files of the last look: what two looks find alike is no longer being written.
        var seen: [FolderScan.Entry]
        /// Versions that were replaced, the newest first.
        var replaced: [Profile] = []
    }

    private let folder: RawPath?
    private let check: Check
    private let memory: Mutex<Memory>

    /// Loads the profiles of a folder.
    public init(_ folder: RawPath, check: @escaping Check = { _ in [] }) throws(ProfileError) {
        self.folder = folder
        self.check = check
        let files = Self.files(in: folder)
        let set = try Self.load(folder, check)
        memory = Mutex(Memory(state: State(set: set, revision: 1, problems: []), judged: files, seen: files))
    }

    /// A set that does not change.
    public init(_ set: ProfileSet) {
        folder = nil
        check = { _ in [] }
        memory = Mutex(Memory(state: State(set: set, revision: 1, problems: []), judged: [], seen: []))
    }

    /// The profiles in use, and what is wrong with the files.
    public var state: State { memory.withLock { $0.state } }

    /// The profiles in use.
    public var current: ProfileSet { state.set }

    /// Every version of a profile that was in use since the start, the newest first.
    public func versions(of id: String) -> [Profile] {
        memory.withLock { memory in
            (memory.state.set.profile(id: id).map { [$0] } ?? []) + memory.replaced.filter { $0.id == id }
        }
    }

    /// Looks at the folder, and loads it where its files have changed and two looks found them alike. To be called from
    /// one place at a time.
    public func reload() -> Reload {
        guard let folder else { return .unchanged }
        let files = Self.files(in: folder)
        let isSettled = memory.withLock { memory in
            defer { memory.seen = files }
            return files != memory.judged && files == memory.seen
        }
        guard isSettled else { return .unchanged }
        do throws(ProfileError) {
            let set = try Self.load(folder, check)
            memory.withLock { $0.replace(with: set, files) }
            return .loaded(set)
        } catch {
            memory.withLock { memory in
                memory.judged = files
                memory.state = State(
                    set: memory.state.set,
                    revision: memory.state.revision,
                    problems: error.problems
                )
            }
            return .refused(error)
        }
    }

    private static func load(_ folder: RawPath, _ check: Check) throws(ProfileError) -> ProfileSet {
        let set = try ProfileSet.load(folder)
        let problems = check(set)
        guard problems.isEmpty else { throw ProfileError(problems) }
        return set
    }

    /// Profiles, schema and codes by name, size, time and inode; empty where the folder cannot be listed.
    private static func files(in folder: RawPath) -> [FolderScan.Entry] {
        let entries = (try? FolderScan.entries(of: folder)) ?? []
        return entries.filter { entry in
            entry.kind != .folder && entry.name.bytes.first != UInt8(ascii: ".")
                && (entry.name.hasSuffix(".xml") || entry.name == RawPath(ProfileReader.schemaName)
                    || entry.name == RawPath(ProfileReader.codesName))
        }
    }
}

extension ProfileCatalogue.Memory {
    /// A version that comes back is in use again and no longer among the replaced.
    fileprivate mutating func replace(with set: ProfileSet, _ files: [FolderScan.Entry]) {
        let inUse = Set(set.profiles)
        replaced = (state.set.profiles + replaced).filter { !inUse.contains($0) }
        state = ProfileCatalogue.State(set: set, revision: state.revision + 1, problems: [])
        judged = files
    }
}
