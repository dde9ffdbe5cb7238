/// A path below a watch root as the bytes that the kernel knows: hospital names are not always UTF-8.
package struct DroppedPath: Sendable, Hashable, Comparable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package init(_ string: String) { bytes = Array(string.utf8) }

    package static func < (left: DroppedPath, right: DroppedPath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// What changes when a file is written to or replaced.
package struct FileFingerprint: Sendable, Hashable {
    /// Length in bytes.
    package let size: Int64
    /// Modification time in nanoseconds since 1970, only ever compared for equality.
    package let modified: Int64
    package let inode: UInt64

    package init(size: Int64, modified: Int64, inode: UInt64) {
        self.size = size
        self.modified = modified
        self.inode = inode
    }
}

/// A file as a scan sees it.
package struct FileSighting: Sendable, Hashable {
    /// Relative to the watch root.
    package let path: DroppedPath
    package let fingerprint: FileFingerprint

    package init(path: DroppedPath, fingerprint: FileFingerprint) {
        self.path = path
        self.fingerprint = fingerprint
    }
}

/// A file that was dropped, and what became of it.
///
/// Other bytes under the same name are another dropped file; the older one stays on record with ``isCurrent`` false.
package struct DroppedFile: Sendable, Hashable, Identifiable {
    package let id: FileID
    /// The label of the watch root, for example `incoming`.
    package let root: String
    /// Relative to the watch root.
    package let path: DroppedPath
    package var fingerprint: FileFingerprint
    package let firstSeen: Timestamp
    /// When the present outcome was recorded.
    package var updated: Timestamp
    package var outcome: FileOutcome
    /// Of the whole file; `nil` until it was read.
    package var digest: ContentDigest?
    /// Where the copy lies, relative to the store; `nil` where none is kept.
    package var copy: String?
    package var sopInstanceUID: InstanceUID?
    package var studyUID: StudyUID?
    /// Whether the name still stands for this file.
    package var isCurrent: Bool

    /// Collects a row of the ledger.
    package init(id: FileID, root: String, sighting: FileSighting, firstSeen: Timestamp) {
        self.id = id
        self.root = root
        path = sighting.path
        fingerprint = sighting.fingerprint
        self.firstSeen = firstSeen
        updated = firstSeen
        outcome = .pending()
        isCurrent = true
    }
}

/// What a file turned out to be, where it is no instance for the store.
package struct FileResolution: Sendable, Hashable {
    package let file: FileID
    package let outcome: FileOutcome
    /// `nil` leaves on record what is known.
    package let digest: ContentDigest?
    /// Where the copy lies, relative to the store; it must be durable before the resolution is recorded.
    package let copy: String?

    package init(file: FileID, outcome: FileOutcome, digest: ContentDigest? = nil, copy: String? = nil) {
        self.file = file
        self.outcome = outcome
        self.digest = digest
        self.copy = copy
    }
}

/// How many files are in a state for a reason.
package struct FileTally: Sendable, Hashable {
    package let state: FileState
    package let reason: String?
    package let count: Int

    package init(state: FileState, reason: String?, count: Int) {
        self.state = state
        self.reason = reason
        self.count = count
    }
}
