import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Ledger
import Logging
import Pipeline
import Profiles
import SegmentAnything
import ServiceLifecycleTestKit
import TestSupport
import Testing

@Suite("A worker at the ledger's jobs")
struct AnnotationWorkerTests {
    @Test("a finished job is published with the digest of the file that lies there")
    func whenAJobIsDone_thenItsResultIsPublished() async throws {
        try await withWorkplace { place in
            #expect(try await place.worker().workOnce())
            let job = try await place.job()
            #expect(job.state == .annotated)
            let result = try #require(job.result)
            let file = try #require(result.segmentation)
            let written = try ReadOnlyFile(place.output.appending(file.path), subject: "SEG").readAll()
            #expect(file.digest.hex == SHA256Digest(of: written).hex)
            let found = try SegmentationReader.read(bytes: written)
            #expect(file.sopInstanceUID.rawValue == found.sopInstanceUID)
            let receipt = try ReadOnlyFile(place.output.appending(result.receiptPath), subject: "receipt").readAll()
            #expect(String(decoding: receipt, as: UTF8.self).contains(file.digest.hex))
            #expect(result.instability == 0.125)
            #expect(try await place.worker().workOnce() == false)
        }
    }

    @Test("a job in which nothing is found is published without a SEG")
    func whenNothingIsFound_thenTheJobHasAReceiptAlone() async throws {
        try await withWorkplace { place in
            #expect(try await place.worker(network: ThresholdNetwork(threshold: 255)).workOnce())
            let job = try await place.job()
            #expect(job.state == .annotated)
            #expect(job.result?.segmentation == nil && job.result?.receiptPath.isEmpty == false)
        }
    }

    @Test("a second attempt writes the same bytes, so that a result that was published stays what it was")
    func whenAJobIsDoneTwice_thenTheBytesAreTheSame() async throws {
        try await withWorkplace { place in
            // The first worker is lost after it has written and before it publishes.
            let lost = RecordingQueue(place.ledger, publishes: false)
            #expect(try await place.worker(queue: lost).workOnce())
            #expect(try await place.job().state == .running)
            let first = try #require(lost.results.first?.segmentation)
            place.clock.advance(by: .seconds(100))
            #expect(try await place.ledger.recover(.expired).count == 1)
            place.clock.advance(by: .seconds(100))
            #expect(try await place.worker().workOnce())
            #expect(try await place.job().attempts == 2)
            #expect(try await place.job().result?.segmentation == first)
        }
    }

    @Test("a worker whose job was cancelled publishes nothing")
    func whenTheLeaseIsLost_thenNothingIsPublished() async throws {
        try await withWorkplace { place in
            let gate = Gate()
            let worker = try place.worker(network: ThresholdNetwork(beforeEncoding: { gate.pass() }))
            async let worked = worker.workOnce()
            await gate.reached()
            try await place.cancel()
            gate.open()
            #expect(try await worked)
            let job = try await place.job()
            #expect(job.state == .cancelled)
            #expect(job.result == nil)
        }
    }

    @Test("a heartbeat that finds the lease lost stops the run before anything is written")
    func whenAHeartbeatFindsTheLeaseLost_thenTheRunStops() async throws {
        try await withWorkplace { place in
            let gate = Gate()
            let log = Logger.calling { if $0.contains("lease is lost") { gate.open() } }
            let network = ThresholdNetwork(beforeEncoding: { gate.pass() })
            let worker = try place.worker(network: network, lease: .milliseconds(30), logger: log)
            async let worked = worker.workOnce()
            await gate.reached()
            try await place.cancel()
            #expect(try await worked)
            #expect(try await place.job().state == .cancelled)
            #expect(place.written.isEmpty)
        }
    }

    @Test("while a job runs its lease is renewed")
    func whenAJobTakesLong_thenItsLeaseIsExtended() async throws {
        try await withWorkplace { place in
            let gate = Gate()
            let queue = RecordingQueue(place.ledger)
            let network = ThresholdNetwork(beforeEncoding: { gate.pass() })
            let worker = try place.worker(queue: queue, network: network, lease: .milliseconds(60))
            async let worked = worker.workOnce()
            await gate.reached()
            place.clock.advance(by: .milliseconds(40))
            let now = place.clock.now()
            await queue.heartbeats(3)
            #expect(try await place.job().lease?.expires == now.adding(.milliseconds(60)))
            gate.open()
            #expect(try await worked)
            #expect(try await place.job().state == .annotated)
        }
    }

    @Test("on graceful shutdown the running job is given back, and the attempt does not count")
    func whenTheServiceStops_thenTheJobIsGivenBack() async throws {
        try await withWorkplace { place in
            let gate = Gate()
            let log = Logger.calling { if $0.contains("stopping at the next slice") { gate.open() } }
            let worker = try place.worker(network: ThresholdNetwork(beforeEncoding: { gate.pass() }), logger: log)
            try await testGracefulShutdown { trigger in
                async let running: Void = worker.run()
                await gate.reached()
                trigger.triggerGracefulShutdown()
                try await running
            }
            let job = try await place.job()
            #expect(job.state == .queued)
            #expect(job.attempts == 0)
            #expect(place.written.isEmpty)
        }
    }

    @Test("a profile without an atlas leaves the job to a person")
    func whenThereIsNoAtlas_thenTheJobNeedsAPrompt() async throws {
        try await withWorkplace { place in
            let source = AnnotationRequest.Source.profile(try Profile.withoutAtlas(), atlases: [])
            #expect(try await place.worker(resources: .given(source)).workOnce())
            let job = try await place.job()
            #expect(job.state == .needsPrompt)
            #expect(job.reason?.code == "NO_ATLAS")
            #expect(place.written.isEmpty)
        }
    }

    @Test(
        "what the input or the set-up is to blame for fails at once; what may pass is tried again",
        arguments: [
            Fault.prompt, .modelRefuses, .profileGone, .storeChanged, .storeGone, .outputIsAFile, .unknown,
        ]
    )
    func whenAJobFails_thenTheReasonSaysWhetherAnotherAttemptHelps(fault: Fault) async throws {
        try await withWorkplace { place in
            #expect(try await place.worker(with: fault).workOnce())
            let job = try await place.job()
            #expect(job.reason?.code == fault.code)
            #expect(job.state == (fault.isRetried ? .queued : .failed))
            #expect(job.result == nil)
            #expect(job.reason?.message?.isEmpty == false)
        }
    }
}
