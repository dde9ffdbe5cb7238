/// The number of a job in its ledger.
package struct JobID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of a dropped file in its ledger.
package struct FileID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: FileID, right: FileID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of an event in its ledger; later events have larger numbers.
package struct EventID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: EventID, right: EventID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of a correction in its ledger.
package struct CorrectionID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: CorrectionID, right: CorrectionID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of a study in its ledger, by which it can be named where a UID should not stand.
package struct StudyNumber: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: StudyNumber, right: StudyNumber) -> Bool { left.rawValue < right.rawValue }
}

/// A Study Instance UID (0020,000D).
package struct StudyUID: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package init(_ uid: String) { rawValue = uid }
}

/// A Series Instance UID (0020,000E).
package struct SeriesUID: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package init(_ uid: String) { rawValue = uid }
}

/// A SOP Instance UID (0008,0018).
package struct InstanceUID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package init(_ uid: String) { rawValue = uid }

    package static func < (left: InstanceUID, right: InstanceUID) -> Bool { left.rawValue < right.rawValue }
}

/// The name of a worker, unique among all that share a ledger, for example host name, process id and thread.
package struct WorkerID: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package init(_ name: String) { rawValue = name }
}

/// A SHA-256 digest as 64 lower-case hexadecimal digits.
package struct ContentDigest: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The 64 digits.
    package let hex: String

    /// Accepts exactly 64 hexadecimal digits of either case.
    package init?(hex: String) {
        guard hex.utf8.count == 64, hex.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        self.hex = hex.lowercased()
    }

    package var description: String { hex }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = ContentDigest(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 64 hexadecimal digits")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
