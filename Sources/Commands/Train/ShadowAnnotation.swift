import DICOMFiles
import DurableFiles
import Evaluation
import Foundation
import Glibc
import Ledger
import Pipeline

/// Annotates one series with a candidate, compares, and leaves nothing behind but the figures.
///
/// Runs on the calling thread. The result lies in a folder of the run while the work goes on, and nowhere else.
struct ShadowAnnotation: Sendable {
    let job: Job
    /// The number of the series among those that are shadowed.
    let number: Int
    let instances: [Instance]
    /// Where the ledger's store paths begin.
    let store: RawPath
    /// Where the results of the model in use lie.
    let results: RawPath
    /// A folder of its own, removed before and after.
    let work: RawPath
    let incumbent: SHA256Digest
    let resources: any JobResources
    let candidate: LoadedModel

    /// What came of it.
    ///
    /// - Throws: ``AnnotationError/cancelled`` where it is not to go on, and what may pass, such as a full disk.
    func run(goOn: () -> Bool) throws -> ShadowedSeries {
        guard let result = job.result else { return line(.skipped, "NO_RESULT") }
        try removeWork()
        defer { try? removeWork() }
        let before = results.appending(result.receiptPath).parent
        guard before.appending(AnnotationResult.FileName.receipt).withCString({ access($0, F_OK) }) == 0 else {
            return line(.skipped, "RESULT_GONE")
        }
        let request: AnnotationRequest
        do {
            request = AnnotationRequest(
                series: try ImageSeries(instances, in: store),
                source: try resources.resources(for: job).source,
                model: candidate,
                program: ProgramVersion.identity,
                instant: Date(timeIntervalSince1970: Double(job.created.milliseconds) / 1_000)
            )
        } catch {
            return try lasting(error, .skipped)
        }
        let after: String
        do {
            switch try AnnotationPipeline(output: work).run(request, progress: { _, _, _ in goOn() }) {
            case .needsPrompt(let code, _): return line(.refused, code)
            case .annotated(let annotated): after = annotated.folder
            }
        } catch let error as DICOMFileError {
            // The images have changed since: no model is to blame.
            return try lasting(error, .skipped)
        } catch {
            return try lasting(error, .refused)
        }
        do {
            return try ShadowedSeries(
                job: job.id.rawValue,
                number: number,
                of: request.series,
                incumbent: (before, incumbent),
                candidate: (work.appending(after), candidate.digest)
            )
        } catch {
            return try lasting(error, .skipped)
        }
    }

    /// A line for what another attempt would not change; everything else is thrown on.
    private func lasting(_ error: any Error, _ status: ShadowedSeries.Status) throws -> ShadowedSeries {
        if case AnnotationError.cancelled = error { throw error }
        let failure = JobFailure(error)
        guard !failure.isRetryable else { throw error }
        return line(status, failure.reason.code)
    }

    private func line(_ status: ShadowedSeries.Status, _ reason: String) -> ShadowedSeries {
        ShadowedSeries(job: job.id.rawValue, series: number, status: status, reason: reason)
    }

    private func removeWork() throws {
        guard work.withCString({ access($0, F_OK) }) == 0 else { return }
        try FileManager.default.removeItem(atPath: work.displayName)
    }
}
