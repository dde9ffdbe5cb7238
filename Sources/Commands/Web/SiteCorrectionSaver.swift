import Corrections
import DICOMSegmentation
import DurableFiles
import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import Ingest
import Ledger
import Profiles
import ReviewWeb

/// Writes what people draw on the page as a DICOM-SEG, and hands it in as if it had been named on the command line.
struct SiteCorrectionSaver: CorrectionSaver {
    private let ledger: any LedgerQueries
    private let intake: CorrectionIntake
    private let masks: JobMasks
    private let profiles: ProfileCatalogue
    private let store: RawPath
    private let results: RawPath

    /// - Parameters:
    ///   - ledger: what is asked.
    ///   - intake: what takes the file in, and tells the ledger.
    ///   - masks: the masks that people begin with.
    ///   - profiles: what the structures are.
    ///   - folders: of the store and of the results.
    init(
        ledger: any LedgerQueries,
        intake: CorrectionIntake,
        masks: JobMasks,
        profiles: ProfileCatalogue,
        folders: (store: RawPath, results: RawPath)
    ) {
        self.ledger = ledger
        self.intake = intake
        self.masks = masks
        self.profiles = profiles
        store = folders.store
        results = folders.results
    }

    func save(_ draft: CorrectionDraft, of id: JobID, by user: ReviewUser) async throws -> SavedCorrection {
        let job = try await reviewable(id)
        let result = try await masks.placedResult(of: job)
        let profile = profiles.profile(of: job)
        let subject = CorrectionDrawing.Subject(
            job: job,
            instances: try await ledger.instances(of: id),
            result: result,
            base: try await masks.masks(of: id, draft.base) ?? [],
            predecessor: try await predecessor(draft.base, of: job, result),
            profile: profile,
            user: user.name
        )
        let (store, results) = (store, results)
        let drawing = try await OffloadedWork.run {
            try CorrectionDrawing(draft, subject, store: store, results: results)
        }
        let effort = try await OffloadedWork.run { drawing.effort }
        let work = ReviewWork(
            seconds: draft.seconds.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil },
            effort: effort.map {
                SegmentEffort(key: $0.key, dice: $0.dice, surfaceMM: $0.surfaceMM, addedPathMM: $0.addedPathMM)
            }
        )
        let correction = try await handIn(drawing, for: job, by: user, work)
        return SavedCorrection(
            correction: correction.id.rawValue,
            state: correction.state.rawValue,
            message: Self.message(correction),
            effort: effort
        )
    }

    // MARK: - Whether it may be corrected

    /// The job, if it waits for what people say of it and no newer one of the same profile does.
    private func reviewable(_ id: JobID) async throws -> Job {
        guard let job = try await ledger.job(id) else { throw ReviewError.notFound("there is no such job") }
        let states: Set<JobState> = [.annotated, .needsPrompt, .accepted, .corrected, .rejected]
        guard states.contains(job.state) else {
            throw ReviewError(
                .conflict,
                "CHANGED",
                "the job is \(job.state.rawValue) by now",
                remedy: "Open it again when it has a result."
            )
        }
        let jobs = try await ledger.jobs(JobFilter(states: states, series: job.series))
        if let newer = jobs.last(where: { $0.id > id && $0.profile.id == job.profile.id }) {
            throw ReviewError(
                .conflict,
                "CHANGED",
                "job \(newer.id.rawValue) has a newer result of these images",
                remedy: "Open that one."
            )
        }
        return job
    }

    /// The segmentation that the person began with.
    private func predecessor(
        _ base: MaskSource,
        of job: Job,
        _ result: PlacedSegmentation?
    ) async throws -> SourceReference? {
        guard case .correction(let number) = base else {
            return result.map { SourceReference(sopClassUID: $0.sopClassUID, sopInstanceUID: $0.sopInstanceUID) }
        }
        guard let correction = try await ledger.correction(number), correction.job == job.id else {
            throw ReviewError.notFound("the job has no such correction")
        }
        guard correction.state == .current else {
            throw ReviewError(
                .conflict,
                "CHANGED",
                "correction \(number.rawValue) is \(correction.state.rawValue) by now",
                remedy: "Open the job again."
            )
        }
        let placed = try await masks.placed(correction, of: job)
        return SourceReference(sopClassUID: placed.sopClassUID, sopInstanceUID: placed.sopInstanceUID)
    }

    // MARK: - Handing in

    /// Has the file taken in. The same masks by the same person, made of the same, are the correction that they were.
    private func handIn(
        _ drawing: CorrectionDrawing,
        for job: Job,
        by user: ReviewUser,
        _ cost: ReviewWork
    ) async throws -> Correction {
        var revision = 0
        while true {
            let number = revision
            let (file, request) = try await OffloadedWork.run { try drawing.encoded(revision: number) }
            if let known = try await ledger.correction(withSegmentation: InstanceUID(file.sopInstanceUID)) {
                if known.state == .current, known.job == job.id { return known }
                revision += 1
                continue
            }
            let folder = store.appending("drawn")
            let path = folder.appending("\(file.sopInstanceUID)-\(UInt64.random(in: .min ... .max)).dcm")
            try await OffloadedWork.run {
                try AtomicFile.createFolder(folder)
                try AtomicFile.write(file.bytes, to: path, existing: .keep, subject: "correction") { temporary in
                    try SegmentationVerifier.verify(temporary, holds: file, of: request)
                }
            }
            defer { _ = path.withCString { unlink($0) } }
            return try await submit(path, for: job, by: user, cost)
        }
    }

    private func submit(
        _ path: RawPath,
        for job: Job,
        by user: ReviewUser,
        _ cost: ReviewWork
    ) async throws -> Correction {
        do {
            let receipt = try await intake.submit(
                path,
                .correct,
                byNumber: false,
                for: job.id,
                from: user.name,
                work: cost
            )
            return receipt.correction
        } catch let error as CorrectionJudge.Unavailable {
            // It is on record, and is judged in the next round.
            let filter = CorrectionFilter(states: [.received], job: job.id, intent: .correct)
            guard let received = try await ledger.corrections(filter).last else { throw error }
            return received
        }
    }

    private static func message(_ correction: Correction) -> String {
        switch correction.state {
        case .current:
            correction.isUnchanged
                ? "nothing was changed: the result counts as accepted" : "the correction counts from now on"
        case .received: "the correction is on record and will be judged later"
        case .superseded: "a later correction took its place"
        case .held: "the correction is held: \(correction.reason?.message ?? correction.reason?.code ?? "")"
        }
    }
}
