import Corrections
import DICOMSegmentation
import DurableFiles
import Evaluation
import Foundation
import Glibc
import Ledger
import Pipeline
import Profiles
import Training

/// Freezes reviewed cases for a run: decides who is learnt from and who judges, and keeps every file in the run's folder.
struct CaseFreezer {
    let profiles: ProfileSet
    let rules: SplitRules
    let seed: UInt64
    /// Where cases are frozen: a run's folder.
    let folder: RawPath

    /// What is learnt from and judged by, and what is not.
    struct Frozen {
        let manifest: CaseManifest
        let validationKind: ValidationKind
        /// Reviewed cases that cannot be used, and why.
        let left: [String]
    }

    /// Freezes cases; `history` keeps judges and learners of earlier runs apart for ever.
    func freeze(_ cases: [Corrections.ReviewedCase], history: SplitHistory) throws -> Frozen {
        var left: [String] = []
        var usable: [(case: Corrections.ReviewedCase, id: String, segments: [Evaluation.ReviewedCase.Segment])] = []
        for reviewed in cases {
            do {
                try checkFiles(of: reviewed)
                let segments = try segments(of: reviewed)
                guard !segments.isEmpty else {
                    left.append("job \(reviewed.job.rawValue): no segment of its profile was reviewed")
                    continue
                }
                usable.append((reviewed, Self.id(of: reviewed), segments))
            } catch let error as CommandFailure {
                left.append("job \(reviewed.job.rawValue): \(error.message)")
            }
        }
        let split = try DatasetSplit(usable.map { Self.splitCase($0.case, id: $0.id) }, history: history, rules: rules)
        let roles = Dictionary(uniqueKeysWithValues: split.assignments.map { ($0.caseID, $0.role) })
        let frozen = try usable.compactMap { item -> Evaluation.ReviewedCase? in
            guard let role = roles[item.id].flatMap({ Evaluation.ReviewedCase.Role(rawValue: $0.rawValue) }) else {
                return nil
            }
            return try keep(item.case, id: item.id, segments: item.segments, role: role)
        }
        let manifest = try CaseManifest(
            cases: frozen,
            seed: seed,
            rules: words(split),
            program: ProgramVersion.identity.version,
            created: Date().formatted(.iso8601)
        )
        return Frozen(manifest: manifest, validationKind: split.validationKind, left: left)
    }

    private func words(_ split: DatasetSplit) -> [String] {
        var words = [
            "accepted and corrected series; a correction that another one contradicts is left out",
            "roles are given to patients: \(Self.percent(rules.testShare)) of each group of protocol and scanner are locked "
                + "for judging and stay so; none of them is ever learnt from",
            "structures that a person left alone in a corrected series count a quarter",
        ]
        switch split.validationKind {
        case .patients: words.append("other patients say when to stop")
        case .slabs:
            words.append(
                "there are too few patients for that: slabs of the series that are learnt from say when to stop, so their "
                    + "scores are optimistic"
            )
        case .none: words.append("nothing says when to stop: the last weights are taken")
        }
        return words
    }

    private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

    // MARK: - One case

    /// The same series with the same truth has the same id in every run.
    private static func id(of reviewed: Corrections.ReviewedCase) -> String {
        let parts = [reviewed.series.rawValue, reviewed.profile.id, reviewed.truth?.digest.hex ?? ""]
        return "case-" + SHA256Digest(of: Array(parts.joined(separator: "\n").utf8)).hex.prefix(16)
    }

    private static func splitCase(_ reviewed: Corrections.ReviewedCase, id: String) -> SplitCase {
        SplitCase(
            caseID: id,
            patientKey: reviewed.patientKey.hex,
            protocolID: reviewed.profile.id,
            scanner: "\(reviewed.manufacturer) \(reviewed.manufacturerModelName)",
            verdict: reviewed.verdict == .accepted ? .acceptedUnchanged : .corrected
        )
    }

    /// The structures of the truth by the segments of the profile.
    ///
    /// What was matched with the program's own segment has its tracking ID, `PROFILE/SEGMENT`. What was added is found by
    /// its codes, side included. What is missing from a correction is not known, and is left out.
    private func segments(of reviewed: Corrections.ReviewedCase) throws -> [Evaluation.ReviewedCase.Segment] {
        guard let profile = profiles.profile(id: reviewed.profile.id) else {
            throw CommandFailure(.findings, "there is no profile \(reviewed.profile.id) any more")
        }
        guard let truth = reviewed.truth else { throw CommandFailure(.findings, "an empty result was accepted") }
        let own = try reviewed.result.map { try read($0) }
        let ids = (own?.segments ?? []).reduce(into: [Int: String]()) { ids, segment in
            let parts = (segment.trackingID ?? "").split(separator: "/")
            if parts.count == 2, parts[0] == profile.id { ids[segment.number] = String(parts[1]) }
        }
        let known = Set(profile.segments.map(\.id))
        guard reviewed.correction != nil else {
            return try read(truth).segments.compactMap { segment in
                guard let id = ids[segment.number], known.contains(id) else { return nil }
                return .init(id: id, number: segment.number, change: .unchanged)
            }
        }
        var found: [String: Evaluation.ReviewedCase.Segment] = [:]
        for segment in reviewed.segments {
            guard let number = segment.number, segment.status != .missing else { continue }
            let matched = segment.resultNumber.flatMap { ids[$0] } ?? Self.id(of: segment, in: profile)
            guard let id = matched, known.contains(id) else { continue }
            guard found[id] == nil else {
                throw CommandFailure(.findings, "two segments of the correction are \(id)")
            }
            found[id] = .init(id: id, number: number, change: Self.change(segment.status))
        }
        return profile.segments.compactMap { found[$0.id] }
    }

    private static func change(_ status: CorrectionSegment.Status) -> Evaluation.ReviewedCase.Change {
        switch status {
        case .unchanged: .unchanged
        case .added: .added
        case .edited, .removed, .missing: .edited
        }
    }

    private static func id(of segment: CorrectionSegment, in profile: Profile) -> String? {
        func key(_ value: String, _ scheme: String) -> String { "\(scheme) \(value)" }
        let type = segment.type.map { key($0.value, $0.scheme) }
        let modifiers = Set(segment.modifiers.map { key($0.value, $0.scheme) })
        let fitting = profile.segments.filter {
            key($0.type.value, $0.type.scheme) == type
                && Set($0.modifiers.map { key($0.value, $0.scheme) }) == modifiers
        }
        return fitting.count == 1 ? fitting[0].id : nil
    }

    private func read(_ file: Corrections.ReviewedCase.File) throws -> Segmentation {
        do {
            return try SegmentationReader.read(bytes: try ReadOnlyFile(file.path, subject: "segmentation").readAll())
        } catch {
            throw CommandFailure(.findings, "segmentation \(file.sopInstanceUID.rawValue) cannot be read")
        }
    }

    // MARK: - Files

    /// Leaves a case out whose files are not what was reviewed.
    private func checkFiles(of reviewed: Corrections.ReviewedCase) throws {
        let images = reviewed.images.map { (path: $0.path, digest: $0.digest) }
        for file in images + (reviewed.truth.map { [(path: $0.path, digest: $0.digest)] } ?? []) {
            guard let found = try? SHA256Digest(ofFile: file.path), found.hex == file.digest.hex else {
                throw CommandFailure(.findings, "one of its files is missing or changed")
            }
        }
    }

    /// Keeps the files of a case below the run's folder: hard links where the file system allows, copies elsewhere.
    private func keep(
        _ reviewed: Corrections.ReviewedCase,
        id: String,
        segments: [Evaluation.ReviewedCase.Segment],
        role: Evaluation.ReviewedCase.Role
    ) throws -> Evaluation.ReviewedCase {
        guard let truth = reviewed.truth else { preconditionFailure("a case without a truth is left out") }
        let home = folder.appending("cases").appending(id)
        try AtomicFile.createFolder(home)
        var instances: [Evaluation.ReviewedCase.Instance] = []
        for (index, image) in reviewed.images.enumerated() {
            let name = "image-\(index + 1).dcm"
            try keep(image.path, as: home.appending(name))
            instances.append(.init(path: "cases/\(id)/\(name)", sha256: try digest(image.digest)))
        }
        try keep(truth.path, as: home.appending("truth.dcm"))
        let receipt = try keepReceipt(of: reviewed, in: home)
        try AtomicFile.syncFolder(home)
        var frozen = Evaluation.ReviewedCase(
            .init(
                id: id,
                studyInstanceUID: reviewed.study.rawValue,
                seriesInstanceUID: reviewed.series.rawValue,
                patient: reviewed.patientKey.hex,
                profile: .init(id: reviewed.profile.id, version: reviewed.profile.version),
                scanner: .init(manufacturer: reviewed.manufacturer, model: reviewed.manufacturerModelName)
            ),
            instances: instances,
            truth: .init(
                path: "cases/\(id)/truth.dcm",
                sha256: try digest(truth.digest),
                sopInstanceUID: truth.sopInstanceUID.rawValue
            ),
            verdict: reviewed.verdict == .accepted ? .accepted : .corrected,
            review: .init(
                reviewer: reviewed.review.reviewer,
                time: Date(timeIntervalSince1970: Double(reviewed.review.time.milliseconds) / 1000).formatted(.iso8601)
            ),
            segments: segments,
            role: role
        )
        frozen.receipt = receipt.map { .init(path: "cases/\(id)/receipt.json", sha256: $0) }
        return frozen
    }

    /// Keeps the receipt of the result that was reviewed, whose boxes are measured; nil where it is gone, or is not of that
    /// result: then nothing is measured in this case.
    private func keepReceipt(of reviewed: Corrections.ReviewedCase, in home: RawPath) throws -> SHA256Digest? {
        guard let result = reviewed.result else { return nil }
        let source = result.path.parent.appending(AnnotationResult.FileName.receipt)
        guard let bytes = try? ReadOnlyFile(source, subject: "receipt").readAll(limit: 1 << 28),
            let receipt = try? JSONDecoder().decode(Receipt.self, from: Data(bytes)),
            receipt.segmentation?.sha256.hex == result.digest.hex,
            receipt.series.seriesInstanceUID == reviewed.series.rawValue
        else { return nil }
        try AtomicFile.write(bytes, to: home.appending("receipt.json"), subject: "receipt")
        return SHA256Digest(of: bytes)
    }

    private func digest(_ digest: ContentDigest) throws -> SHA256Digest {
        guard let digest = SHA256Digest(hex: digest.hex) else {
            throw CommandFailure(.findings, "the ledger holds a digest that is none")
        }
        return digest
    }

    private func keep(_ source: RawPath, as target: RawPath) throws {
        let status = source.withCString { old in target.withCString { link(old, $0) } }
        guard status != 0, errno != EEXIST else { return }
        guard [EXDEV, EPERM, EMLINK, EOPNOTSUPP, ENOSYS].contains(errno) else {
            throw FileError(operation: "link", subject: "case", errno: errno)
        }
        try AtomicFile.write(try ReadOnlyFile(source, subject: "case").readAll(), to: target, subject: "case")
    }
}
