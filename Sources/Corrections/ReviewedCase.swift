import DICOMFiles
import DurableFiles
import Ingest
import Ledger

/// A volume with the masks that a person stands behind: what a model may learn from.
package struct ReviewedCase: Sendable, Hashable {
    /// An image of the volume.
    package struct Image: Sendable, Hashable {
        package let sopInstanceUID: InstanceUID
        /// Complete, in the store.
        package let path: RawPath
        package let digest: ContentDigest
    }

    /// A segmentation file.
    package struct File: Sendable, Hashable {
        /// Complete.
        package let path: RawPath
        package let digest: ContentDigest
        package let sopInstanceUID: InstanceUID
    }

    package let job: JobID
    package let study: StudyUID
    package let series: SeriesUID
    /// In the order of the job's plan.
    package let images: [Image]
    /// What the program wrote; `nil` where it found nothing.
    package let result: File?
    /// What is right: the newest correction that counts, else the accepted result; `nil` where an empty result was accepted.
    package let truth: File?
    /// `accepted` where every segment of the truth is the program's own, else `corrected`.
    package let verdict: ReviewVerdict
    /// Who said so, and when.
    package let review: JobReview
    /// The correction behind the truth; `nil` where the result was accepted without one.
    package let correction: Correction?
    package let profile: ProfileReference
    /// Of the weights that made the result.
    package let modelDigest: ContentDigest
    package let manufacturer: String
    package let manufacturerModelName: String
    /// The same for all studies of one patient at this site, and of no meaning elsewhere.
    package let patientKey: ContentDigest

    /// What is known of each segment of the truth. Empty where the result was accepted without a correction: then all are as
    /// they should be. Segments that are ``CorrectionSegment/Status/missing`` were not looked at: nothing may be learnt of them.
    package var segments: [CorrectionSegment] { correction?.segments ?? [] }
}

/// A reviewed job from which nothing can be learnt.
package struct IneligibleCase: Sendable, Hashable {
    /// Why.
    package enum Cause: String, Sendable, Hashable, Codable {
        /// Two people corrected it differently, and nobody has said who is right.
        case conflict = "CONFLICT"
        /// It is said to be corrected, and no correction counts.
        case noCorrection = "NO_CORRECTION"
        /// Its study is held.
        case studyHeld = "STUDY_HELD"
        /// A header in the ledger is of another version.
        case unreadableHeader = "UNREADABLE_HEADER"
    }

    package let job: JobID
    package let cause: Cause
    /// In words, without patient data.
    package let message: String
}
