import DurableFiles
import Ledger
import Testing

/// A digest that stands for a name.
func digest(_ name: String) -> ContentDigest {
    guard let digest = ContentDigest(hex: SHA256Digest(of: Array(name.utf8)).hex) else {
        preconditionFailure("SHA-256 has 64 digits")
    }
    return digest
}

func sighting(_ name: String, size: Int64 = 100, modified: Int64 = 1, inode: UInt64 = 7) -> FileSighting {
    FileSighting(
        path: DroppedPath(name),
        fingerprint: FileFingerprint(size: size, modified: modified, inode: inode)
    )
}

/// Whom a test's instance claims to belong to.
struct Sample {
    var patient = "P1"
    var study = "1.2.1"
    var series = "1.2.1.1"
    var sop: String
    var bytes: String

    init(_ sop: String, bytes: String? = nil) {
        self.sop = sop
        self.bytes = bytes ?? sop
    }

    func inStudy(_ study: String) -> Sample { changing { $0.study = study } }

    func inSeries(_ series: String) -> Sample { changing { $0.series = series } }

    func ofPatient(_ patient: String) -> Sample { changing { $0.patient = patient } }

    private func changing(_ change: (inout Sample) -> Void) -> Sample {
        var copy = self
        change(&copy)
        return copy
    }
}

extension JobLedger {
    /// Drops a file under a name and asks to admit it.
    @discardableResult
    func drop(_ sample: Sample, as name: String? = nil) async throws -> FileOutcome {
        let candidate = try await candidate(sample, as: name)
        return try #require(try await admit([candidate]).first)
    }

    /// A recorded file that asks to be admitted.
    func candidate(_ sample: Sample, as name: String? = nil) async throws -> InstanceCandidate {
        let files = try await record([sighting(name ?? "\(sample.sop)-\(sample.bytes).dcm")], in: "incoming")
        let content = digest(sample.bytes)
        return InstanceCandidate(
            file: try #require(files.first).id,
            identity: InstanceIdentity(
                sopClassUID: "1.2.840.10008.5.1.4.1.1.2",
                sopInstanceUID: InstanceUID(sample.sop),
                seriesUID: SeriesUID(sample.series),
                studyUID: StudyUID(sample.study),
                patientIdentity: sample.patient,
                modality: "CT"
            ),
            digest: content,
            size: 100,
            storePath: "store/\(content.hex.prefix(2))/\(content).dcm",
            flags: ["LOSSY", "NO_META"],
            header: [0, 255, 10]
        )
    }

    /// Plans one job with everything that is in the store of a series.
    @discardableResult
    func planAll(_ series: String = "1.2.1.1", profile: String = "liver") async throws -> [Job] {
        let row = try #require(try await self.series(SeriesUID(series)))
        let stored = try await instances(of: row.uid)
        let plan = JobPlan(
            instances: stored.map(\.identity.sopInstanceUID),
            setDigest: digest(stored.map(\.digest.hex).joined()),
            profile: ProfileReference(id: profile, version: "1"),
            modelDigest: digest("model"),
            flags: ["LOSSY", "GAPS 1"]
        )
        return try #require(
            try await self.plan(
                SeriesPlan(series: row.uid, instanceCount: row.instanceCount, decision: .jobs([plan]))
            )
        )
    }

    /// Queues so many jobs, each of a series of its own.
    func queue(_ count: Int) async throws -> [Job] {
        var jobs: [Job] = []
        for number in 1...count {
            try await drop(Sample("1.9.\(number).1").inSeries("1.9.\(number)"))
            jobs += try await planAll("1.9.\(number)")
        }
        return jobs
    }

    /// Claims a job that has to be there.
    func claim(_ owner: String = "w1") async throws -> LeasedJob {
        try #require(try await claimNext(by: WorkerID(owner), leaseFor: .seconds(60)))
    }
}

func result(_ name: String = "a") -> JobResult {
    JobResult(
        segmentation: SegmentationFile(
            path: "\(name).dcm",
            digest: digest(name),
            sopInstanceUID: InstanceUID("2.25.\(name.utf8.reduce(7) { $0 * 31 + Int($1) })")
        ),
        receiptPath: "\(name).json",
        instability: 0.25
    )
}
