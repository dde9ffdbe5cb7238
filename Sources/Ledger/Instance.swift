/// Who and what an instance says it is.
package struct InstanceIdentity: Sendable, Hashable, Codable {
    /// (0008,0016).
    package let sopClassUID: String
    package let sopInstanceUID: InstanceUID
    package let seriesUID: SeriesUID
    package let studyUID: StudyUID
    /// Tells patients apart and says nothing else of them, for example a digest of the Patient ID.
    package let patientIdentity: String
    /// (0008,0060).
    package let modality: String

    /// Collects the attributes.
    package init(
        sopClassUID: String,
        sopInstanceUID: InstanceUID,
        seriesUID: SeriesUID,
        studyUID: StudyUID,
        patientIdentity: String,
        modality: String
    ) {
        self.sopClassUID = sopClassUID
        self.sopInstanceUID = sopInstanceUID
        self.seriesUID = seriesUID
        self.studyUID = studyUID
        self.patientIdentity = patientIdentity
        self.modality = modality
    }
}

/// An instance in the store.
package struct Instance: Sendable, Hashable {
    package let identity: InstanceIdentity
    /// Of the whole file.
    package let digest: ContentDigest
    /// Length of the file in bytes.
    package let size: Int64
    /// Relative to the store.
    package let storePath: String
    /// Remarks, for example `LOSSY`.
    package let flags: [String]
    /// What the inspection learnt of the file, in a form that is no business of the ledger's.
    package let header: [UInt8]
    /// The dropped file that it came from.
    package let file: FileID
    package let stored: Timestamp

    /// Collects a row of the ledger.
    package init(_ candidate: InstanceCandidate, stored: Timestamp) {
        identity = candidate.identity
        digest = candidate.digest
        size = candidate.size
        storePath = candidate.storePath
        flags = candidate.flags
        header = candidate.header
        file = candidate.file
        self.stored = stored
    }
}

/// A file that was inspected and copied, and asks to become an instance of the store.
package struct InstanceCandidate: Sendable, Hashable {
    package let file: FileID
    package let identity: InstanceIdentity
    /// Of the whole file.
    package let digest: ContentDigest
    /// Length of the file in bytes.
    package let size: Int64
    /// Where the copy lies, relative to the store; it must be durable before the candidate is admitted.
    package let storePath: String
    /// Remarks, for example `LOSSY`.
    package let flags: [String]
    /// What the inspection learnt of the file, in a form that is no business of the ledger's.
    package let header: [UInt8]

    /// Collects what is known about the file.
    package init(
        file: FileID,
        identity: InstanceIdentity,
        digest: ContentDigest,
        size: Int64,
        storePath: String,
        flags: [String] = [],
        header: [UInt8] = []
    ) {
        self.file = file
        self.identity = identity
        self.digest = digest
        self.size = size
        self.storePath = storePath
        self.flags = flags
        self.header = header
    }
}
