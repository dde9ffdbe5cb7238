import DICOMFiles
import DurableFiles
import Foundation
import Testing

@testable import DICOMSegmentation

struct SegmentationBuilderTests {
    private func encoded(_ request: SegmentationRequest) throws -> EncodedSegmentation {
        guard case .encoded(let segmentation) = try SegmentationBuilder.build(request) else {
            throw ConformanceSeries.Missing(description: "nothing was encoded")
        }
        return segmentation
    }

    @Test("The same request gives the same bytes")
    func isDeterministic() throws {
        let first = try encoded(try ConformanceSeries("oblique").request())
        let second = try encoded(try ConformanceSeries("oblique").request())
        #expect(first.bytes == second.bytes)
    }

    @Test("UIDs do not depend on the time")
    func uidsIgnoreTheClock() throws {
        var request = try ConformanceSeries("plain").request()
        let first = try encoded(request)
        request.creation.instant += 86_400
        let second = try encoded(request)
        #expect(first.bytes != second.bytes)
        #expect(first.sopInstanceUID == second.sopInstanceUID)
        #expect(first.seriesInstanceUID == second.seriesInstanceUID)
    }

    @Test("Other pixels, another model, profile, source or encoding give other UIDs")
    func uidsFollowTheContent() throws {
        let source = try ConformanceSeries("plain")
        var requests = [try source.request()]
        var masks = source.masks
        let frame = try #require(masks[0].frames.firstIndex { $0 != nil })
        var pixels = try #require(masks[0][frame]).unpacked()
        pixels[0] = 1 - pixels[0]
        masks[0][frame] = FrameMask(rows: 30, columns: 37, pixels: pixels)
        requests.append(try source.request(masks: masks))
        for change in 0..<4 {
            var request = try source.request()
            switch change {
            case 0: request.provenance.modelDigest = SHA256Digest(of: [1])
            case 1: request.provenance.profileVersion = "2"
            case 2: request.encoding = .deflated
            default: request.segments[0].description.label = "Liver 2"
            }
            requests.append(request)
        }
        requests.append(try ConformanceSeries("japanese").request())
        let segmentations = try requests.map { try encoded($0) }
        #expect(Set(segmentations.map(\.sopInstanceUID)).count == requests.count)
        #expect(Set(segmentations.map(\.seriesInstanceUID)).count == requests.count)
    }

    @Test("When no segment has a pixel there is nothing to encode")
    func reportsNothingFound() throws {
        let source = try ConformanceSeries("plain")
        let empty = SegmentMask(frameCount: source.volume.count)
        guard case .nothingFound(let segments) = try SegmentationBuilder.build(source.request(masks: [empty, empty]))
        else {
            Issue.record("an empty segmentation was encoded")
            return
        }
        #expect(segments == ["liver", "spleen"])
    }

    @Test("An empty segment is left out and reported")
    func leavesOutEmptySegments() throws {
        let source = try ConformanceSeries("plain")
        let empty = SegmentMask(frameCount: source.volume.count)
        let segmentation = try encoded(source.request(masks: [empty, source.masks[1]]))
        #expect(segmentation.emptySegments == ["liver"])
        #expect(segmentation.segmentNumbers == ["spleen": 1])
        #expect(try SegmentationReader.read(bytes: segmentation.bytes).segments.map(\.label) == ["Spleen"])
    }

    @Test("A segment that is interrupted keeps an empty frame for each slice between")
    func writesInnerGaps() throws {
        let source = try ConformanceSeries("plain")
        var liver = source.masks[0]
        let used = liver.frames.indices.filter { liver[$0] != nil }
        liver[used[2]] = nil
        let segmentation = try SegmentationReader.read(bytes: encoded(source.request(masks: [liver, liver])).bytes)
        let frames = segmentation.frames.filter { $0.segmentNumber == 1 }
        #expect(frames.count == used.count)
        #expect(frames.map { $0.mask == nil } == used.map { $0 == used[2] })
    }

    @Test("Text that is not ASCII, a retired code, and a tracking ID that is used twice are refused")
    func refusesBadRequests() throws {
        let source = try ConformanceSeries("plain")
        var requests: [SegmentationRequest] = []
        for change in 0..<6 {
            var request = try source.request()
            switch change {
            case 0: request.segments[0].description.label = "Leber\u{E4}"
            case 1:
                request.segments[0].description.type = CodedConcept(
                    value: "T-62000",
                    scheme: "SRT",
                    meaning: "Liver"
                )
            case 2: request.segments[1].description.trackingID = "liver"
            case 3: request.content.label = ""
            case 4: request.equipment.softwareVersions = []
            default: request.series.description = String(repeating: "x", count: 65)
            }
            requests.append(request)
        }
        for request in requests {
            let error = #expect(throws: SegmentationError.self) { try SegmentationBuilder.build(request) }
            #expect(error?.code == .invalidRequest)
        }
    }

    @Test("A source file that was replaced since it was read is refused")
    func refusesReplacedSources() throws {
        let source = try ConformanceSeries("plain")
        let other = try ConformanceSeries("japanese")
        let header = source.series.headers[0]
        // The header says what was read; the path now leads to a file of another study.
        let moved = InstanceHeader(
            path: other.series.headers[0].path,
            digest: header.digest,
            fileSize: header.fileSize,
            identifiers: .init(
                sopClassUID: header.sopClassUID,
                sopInstanceUID: header.sopInstanceUID,
                studyInstanceUID: header.studyInstanceUID,
                seriesInstanceUID: header.seriesInstanceUID,
                frameOfReferenceUID: header.frameOfReferenceUID,
                patientIdentity: header.patientIdentity
            ),
            pixels: header.pixels,
            frames: header.frames,
            description: .init(modality: header.modality)
        )
        var request = try source.request()
        request.source = ImageSeries(headers: [moved])
        request.volume = try #require(request.source.volume)
        let one = request.segments.map { SegmentMask(frames: [$0.mask.frames.compactMap { $0 }.first]) }
        for index in one.indices { request.segments[index].mask = one[index] }
        let error = #expect(throws: SegmentationError.self) { try SegmentationBuilder.build(request) }
        #expect(error?.code == .unusableSource)
    }
}
