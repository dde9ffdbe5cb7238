import DurableFiles

/// One reviewed series in a ``CaseManifest``: what was imaged, what a person said is true, and what it may be used for.
///
/// It names a study by its UIDs and a patient by a salted digest; there is nothing else of the patient.
public struct ReviewedCase: Sendable, Hashable, Codable {
    /// What a case may be used for.
    public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        /// The network learns from it.
        case train
        /// It says when to stop learning.
        case validation
        /// Locked: it decides about promotion and nothing else.
        case test
        /// An older case that keeps the network from forgetting.
        case replay
    }

    /// What a person said of the segmentation.
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// Right as it was.
        case accepted
        /// Edited by a person; the truth is the edited object.
        case corrected
    }

    /// What happened to one segment in review.
    public enum Change: String, Sendable, Hashable, Codable {
        /// Pixel-identical with what the network drew.
        case unchanged
        /// Drawn over.
        case edited
        /// Drawn by a person where the network had nothing.
        case added
    }

    /// One file of the series.
    public struct Instance: Sendable, Hashable, Codable {
        /// Relative to the root of the cases, with `/` between its parts.
        public var path: String
        /// Of the whole file.
        public var sha256: SHA256Digest

        /// A file by its place and its contents.
        public init(path: String, sha256: SHA256Digest) {
            self.path = path
            self.sha256 = sha256
        }
    }

    /// The DICOM segmentation that counts as true.
    public struct Truth: Sendable, Hashable, Codable {
        /// Relative to the root of the cases, with `/` between its parts.
        public var path: String
        /// Of the whole file.
        public var sha256: SHA256Digest
        /// SOP Instance UID of the segmentation.
        public var sopInstanceUID: String

        /// A segmentation by its place, its contents and its UID.
        public init(path: String, sha256: SHA256Digest, sopInstanceUID: String) {
            self.path = path
            self.sha256 = sha256
            self.sopInstanceUID = sopInstanceUID
        }
    }

    /// The profile that the case was annotated with.
    public struct ProfileIdentity: Sendable, Hashable, Codable {
        /// The profile's id.
        public var id: String
        /// The profile's version.
        public var version: String

        /// A profile by id and version.
        public init(id: String, version: String) {
            self.id = id
            self.version = version
        }
    }

    /// The machine that made the images.
    public struct Scanner: Sendable, Hashable, Codable {
        /// Manufacturer (0008,0070); empty where absent.
        public var manufacturer: String
        /// Manufacturer's Model Name (0008,1090); empty where absent.
        public var model: String

        /// A scanner as its images spell it.
        public init(manufacturer: String, model: String) {
            self.manufacturer = manufacturer
            self.model = model
        }

        /// For tables and groups; `unknown` where the images say nothing.
        public var name: String {
            let parts = [manufacturer, model].filter { !$0.isEmpty }
            return parts.isEmpty ? "unknown" : parts.joined(separator: " ")
        }
    }

    /// Who reviewed, and when.
    public struct Review: Sendable, Hashable, Codable {
        /// A person or a key that stands for one. Never logged and in no report.
        public var reviewer: String
        /// ISO 8601, UTC.
        public var time: String

        /// A review by a person at a time.
        public init(reviewer: String, time: String) {
            self.reviewer = reviewer
            self.time = time
        }
    }

    /// One structure of the truth.
    public struct Segment: Sendable, Hashable, Codable {
        /// The segment's id in the profile.
        public var id: String
        /// Segment Number in the truth.
        public var number: Int
        /// What happened to it in review.
        public var change: Change

        /// A structure by its ids.
        public init(id: String, number: Int, change: Change) {
            self.id = id
            self.number = number
            self.change = change
        }
    }

    /// Unique in the manifest; letters, digits, `.`, `-` and `_`, because files are named after it.
    public var id: String
    /// Study Instance UID.
    public var studyInstanceUID: String
    /// Series Instance UID.
    public var seriesInstanceUID: String
    /// Tells patients apart and is no patient's number: see ``CaseManifest/patientKey(of:salt:)``.
    public var patient: String
    /// The protocol.
    public var profile: ProfileIdentity
    /// The machine.
    public var scanner: Scanner
    /// Every file of the series that was annotated.
    public var instances: [Instance]
    /// What counts as true.
    public var truth: Truth
    /// The receipt of the result that was reviewed, with the boxes that the network was given; `nil` where none was kept.
    public var receipt: Instance?
    /// What a person said.
    public var verdict: Verdict
    /// Who and when.
    public var review: Review
    /// What the truth holds; structures that are not listed are not known and are not scored.
    public var segments: [Segment]
    /// What the case is for.
    public var role: Role

    /// The part of a case that names it.
    public struct Identity: Sendable {
        /// Unique in the manifest.
        public var id: String
        /// Study Instance UID.
        public var studyInstanceUID: String
        /// Series Instance UID.
        public var seriesInstanceUID: String
        /// The patient's key.
        public var patient: String
        /// The protocol.
        public var profile: ProfileIdentity
        /// The machine.
        public var scanner: Scanner

        /// All parts by name.
        public init(
            id: String,
            studyInstanceUID: String,
            seriesInstanceUID: String,
            patient: String,
            profile: ProfileIdentity,
            scanner: Scanner
        ) {
            self.id = id
            self.studyInstanceUID = studyInstanceUID
            self.seriesInstanceUID = seriesInstanceUID
            self.patient = patient
            self.profile = profile
            self.scanner = scanner
        }
    }

    /// A case from its identity, its files and its review.
    public init(
        _ identity: Identity,
        instances: [Instance],
        truth: Truth,
        verdict: Verdict,
        review: Review,
        segments: [Segment],
        role: Role
    ) {
        id = identity.id
        studyInstanceUID = identity.studyInstanceUID
        seriesInstanceUID = identity.seriesInstanceUID
        patient = identity.patient
        profile = identity.profile
        scanner = identity.scanner
        self.instances = instances
        self.truth = truth
        self.verdict = verdict
        self.review = review
        self.segments = segments
        self.role = role
    }
}
