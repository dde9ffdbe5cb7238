import DICOMFiles
import DurableFiles
import Ingest
import Ledger

/// Reads from a ledger what may be learnt from.
package struct ReviewedCases: Sendable {
    /// In the order of their jobs.
    package let eligible: [ReviewedCase]
    /// Reviewed jobs that are left out, and why.
    package let ineligible: [IneligibleCase]

    /// Where things lie, and the site's secret.
    package struct Site: Sendable {
        let store: RawPath
        let results: RawPath
        let salt: String

        package init(store: RawPath, results: RawPath, salt: String) {
            self.store = store
            self.results = results
            self.salt = salt
        }
    }

    /// All accepted and corrected jobs. No file is opened: whoever trains compares the digests.
    package init(_ ledger: some LedgerQueries, _ site: Site) async throws(LedgerError) {
        var eligible: [ReviewedCase] = []
        var ineligible: [IneligibleCase] = []
        for job in try await ledger.jobs(JobFilter(states: [.accepted, .corrected])) {
            switch try await Self.case(of: job, in: ledger, site) {
            case .success(let found): eligible.append(found)
            case .failure(let cause): ineligible.append(cause.ineligible)
            }
        }
        self.eligible = eligible
        self.ineligible = ineligible
    }

    private struct Refusal: Error {
        let ineligible: IneligibleCase

        init(_ job: Job, _ cause: IneligibleCase.Cause, _ message: String) {
            ineligible = IneligibleCase(job: job.id, cause: cause, message: message)
        }
    }

    private static func `case`(
        of job: Job,
        in ledger: some LedgerQueries,
        _ site: Site
    ) async throws(LedgerError) -> Result<ReviewedCase, Refusal> {
        if try await ledger.study(job.study)?.state == .held {
            return .failure(Refusal(job, .studyHeld, "the study of job \(job.id.rawValue) is held"))
        }
        let current = try await ledger.corrections(CorrectionFilter(states: [.current], job: job.id, intent: .correct))
        guard !Correction.conflict(among: current) else {
            let numbers = current.map { "\($0.id.rawValue)" }.joined(separator: ", ")
            let message = "corrections \(numbers) of job \(job.id.rawValue) differ: accept one of them"
            return .failure(Refusal(job, .conflict, message))
        }
        guard let review = job.review, job.state == .accepted || !current.isEmpty else {
            return .failure(Refusal(job, .noCorrection, "no correction of job \(job.id.rawValue) counts"))
        }
        let instances = try await ledger.instances(of: job.id)
        guard let first = instances.first, let header = try? StoredHeader.decode(first, store: site.store) else {
            let message = "the headers of job \(job.id.rawValue) cannot be read by this version"
            return .failure(Refusal(job, .unreadableHeader, message))
        }
        return .success(found(job, review, instances, header, current.last, site))
    }

    private static func found(
        _ job: Job,
        _ review: JobReview,
        _ instances: [Instance],
        _ header: InstanceHeader,
        _ correction: Correction?,
        _ site: Site
    ) -> ReviewedCase {
        let result = job.result?.segmentation.map { file in
            ReviewedCase.File(
                path: site.results.appending(file.path),
                digest: file.digest,
                sopInstanceUID: file.sopInstanceUID
            )
        }
        let corrected = correction.flatMap { correction in
            correction.content.map { content in
                ReviewedCase.File(
                    path: site.store.appending(correction.storePath),
                    digest: correction.digest,
                    sopInstanceUID: content.sopInstanceUID
                )
            }
        }
        return ReviewedCase(
            job: job.id,
            study: job.study,
            series: job.series,
            images: instances.map { instance in
                ReviewedCase.Image(
                    sopInstanceUID: instance.identity.sopInstanceUID,
                    path: site.store.appending(instance.storePath),
                    digest: instance.digest
                )
            },
            result: result,
            truth: corrected ?? result,
            verdict: correction.map { $0.isUnchanged ? .accepted : .corrected } ?? .accepted,
            review: review,
            correction: correction,
            profile: job.profile,
            modelDigest: job.modelDigest,
            manufacturer: header.attributes["Manufacturer"]?.first ?? "",
            manufacturerModelName: header.attributes["ManufacturerModelName"]?.first ?? "",
            patientKey: patientKey(instances[0].identity.patientIdentity, site.salt)
        )
    }

    /// The identity is a digest of Patient ID and Issuer of Patient ID already; the salt makes it useless elsewhere.
    private static func patientKey(_ identity: String, _ salt: String) -> ContentDigest {
        let digest = SHA256Digest(of: Array("\(salt)\u{0}patient\u{0}\(identity)".utf8))
        guard let key = ContentDigest(hex: digest.hex) else { preconditionFailure("SHA-256 has 64 digits") }
        return key
    }
}
