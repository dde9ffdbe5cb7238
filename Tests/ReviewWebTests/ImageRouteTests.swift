import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Hummingbird
import HummingbirdTesting
import Ledger
import TestSupport
import Testing

@testable import ReviewWeb

@Suite("Routes of images and masks")
struct ImageRouteTests {
    @Test("What is not there is 404, what makes no sense is 400, and nothing is kept by caches")
    func wrongQuestionsAreRefused() async throws {
        try await ImagingBench.run { bench in
            try await bench.application(bench.areas).test(.router) { client in
                let job = "/api/jobs/\(bench.job.rawValue)"
                for path in ["/api/jobs/99/volume", "/api/jobs/x/volume", "\(job)/slices/10/1", "\(job)/slices/-1/1"] {
                    #expect(try await client.status(path) == .notFound, "\(path)")
                }
                for path in ["\(job)/slices/0/33", "\(job)/slices/0/0", "\(job)/masks?source=x"] {
                    #expect(try await client.status(path) == .badRequest, "\(path)")
                }
                #expect(try await client.status("\(job)/masks?source=correction-1") == .notFound)
                for path in ["volume", "slices/0/1", "masks", "priors", "thumbnail"] {
                    try await client.execute(uri: "\(job)/\(path)", method: .get) { response in
                        #expect(response.status == .ok)
                        #expect(response.headers[.cacheControl] == "no-store")
                    }
                }
            }
        }
    }

    @Test("A viewer looks and may not hand in, and every look is noted")
    func rolesAreKept() async throws {
        try await ImagingBench.run { bench in
            let draft = ByteBuffer(string: #"{"base": "result", "seconds": 3, "segments": []}"#)
            let path = "/api/jobs/\(bench.job.rawValue)"
            try await bench.application(bench.areas, as: .viewer).test(.router) { client in
                #expect(try await client.status("\(path)/masks") == .ok)
                try await client.execute(uri: "\(path)/corrections", method: .post, body: draft) { response in
                    #expect(response.status == .forbidden)
                }
            }
            #expect(bench.audit.entries.map(\.event) == [.view])
            try await bench.application(bench.areas, as: .reviewer).test(.router) { client in
                try await client.execute(uri: "\(path)/corrections", method: .post, body: draft) { response in
                    #expect(response.status == .created)
                }
            }
            #expect(bench.audit.entries.contains { $0.event == .correction && $0.detail == "7" })
        }
    }

    @Test("The thumbnail is a PNG of the frame's proportions")
    func thumbnailsHaveTheRightShape() async throws {
        try await ImagingBench.run("plain", geometry: "non-square pixels") { bench in
            let picture = try await bench.volumes.thumbnail(of: bench.job)
            #expect(picture.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            let size = [16, 20].map { start in picture[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
            // 37 columns of 1.3 mm and 30 rows of 0.5 mm, the longer side as many pixels as the frame's.
            #expect(size == [37, 12])
        }
    }

    @Test("Masks of a job without a result are none")
    func needsPromptHasNoMasks() async throws {
        try await ImagingBench.run(hasResult: false) { bench in
            let masks = try await bench.masks.masks(of: bench.job, .result)
            #expect(masks?.count == nil)
            let priors = try await bench.masks.priors(of: bench.job)
            #expect(priors.isEmpty)
        }
    }

    @Test("A result that was changed is not shown")
    func changedResultsAreRefused() async throws {
        try await ImagingBench.run { bench in
            let path = bench.results.appending("r/segmentation.dcm").displayName
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            await #expect(throws: ReviewError.self) { try await bench.masks.masks(of: bench.job, .result) }
        }
    }

    @Test("Priors that were kept beside the result are shown on its volume, and others are not")
    func priorsAreShown() async throws {
        try await ImagingBench.run { bench in
            var mask = SegmentMask(frameCount: bench.volume.count)
            var pixels = [UInt8](repeating: 0, count: bench.volume.rows * bench.volume.columns)
            pixels[40] = 1
            mask[2] = FrameMask(rows: bench.volume.rows, columns: bench.volume.columns, pixels: pixels)
            let file = URL(fileURLWithPath: bench.results.appending("r/priors.json").displayName)
            try Data(try MaskCollection([("test/liver", mask)], on: bench.volume).jsonBytes()).write(to: file)
            let found = try await bench.masks.priors(of: bench.job)
            #expect(found == [.init(key: "test/liver", runs: Data(MaskRuns(mask, rows: 30, columns: 37).bytes))])
            try await ImagingBench.run("descending") { other in
                let folder = URL(fileURLWithPath: other.results.appending("r/priors.json").displayName)
                try FileManager.default.copyItem(at: file, to: folder)
                #expect(try await other.masks.priors(of: other.job).isEmpty)
            }
        }
    }
}

@Suite("Volumes in memory")
struct VolumeCacheTests {
    @Test("Volumes above the capacity are forgotten, the one that was used last is kept")
    func oldVolumesAreForgotten() async throws {
        try await withTemporaryFolder { folder in
            let first = try await ImagingBench(in: folder.appending(path: "a"))
            let second = try await ImagingBench("odd23x38", in: folder.appending(path: "b"))
            let images = try await first.volumes.images.images(of: first.job)
            let others = try await second.volumes.images.images(of: second.job)
            let cache = VolumeCache(decoder: InProcessVolumeDecoder(), capacity: images.request.length + 1)
            let kept = try await cache.volume(of: images)
            #expect(try await cache.volume(of: images) === kept)
            _ = try await cache.volume(of: others)
            #expect(await cache.size == others.request.length)
            // Whoever still reads the first one goes on.
            #expect(try await kept.bytes(0..<1).readableBytes == images.request.sliceLength)
            #expect(try await cache.volume(of: images) !== kept)
        }
    }

    @Test("A slice that cannot be decoded fails alone")
    func brokenSlicesFailAlone() async throws {
        try await ImagingBench.run { bench in
            let broken = bench.volume.frames[3].path
            try FileManager.default.removeItem(atPath: broken.displayName)
            let volume = try await bench.volumes.volume(of: bench.job)
            #expect(try await volume.bytes(0..<3).readableBytes > 0)
            await #expect(throws: DecodedVolume.Failure.self) { try await volume.bytes(3..<4) }
            #expect(try await volume.bytes(4..<10).readableBytes > 0)
        }
    }

    @Test("What is wanted comes first, then what lies around it")
    func wishesComeFirst() {
        var order = DecodingOrder(count: 6, wanted: [4, 9])
        #expect(order.next(2) == [4, 5])
        order.want([1])
        #expect(order.next(3) == [1, 2, 0])
        #expect(order.next(5) == [3])
        #expect(order.next(1).isEmpty)
    }
}
