import DICOMFiles
import DurableFiles
import Foundation
import Geometry
import TestSupport
import Testing

@testable import DICOMSegmentation

struct SegmentationReaderTests {
    private func segmentation(_ request: SegmentationRequest) throws -> Segmentation {
        guard case .encoded(let encoded) = try SegmentationBuilder.build(request) else {
            throw ConformanceSeries.Missing(description: "nothing was encoded")
        }
        return try SegmentationReader.read(bytes: encoded.bytes)
    }

    @Test(
        "Masks come back on the frames that they were drawn on",
        arguments: [
            "plain", "odd187x239_sagittal", "odd23x38", "oblique", "descending", "shuffled", "tilt", "enhanced",
        ]
    )
    func roundTrips(name: String) throws {
        let source = try ConformanceSeries(name)
        let read = try segmentation(source.request())
        #expect(read.segments.map(\.label) == ["Liver", "Spleen"])
        #expect(read.segments.map(\.algorithmType) == ["AUTOMATIC", "SEMIAUTOMATIC"])
        #expect(read.segments[1].type == ConformanceSeries.spleen.type)
        #expect(read.segments.map(\.trackingID) == ["liver", "spleen"])
        #expect(read.frameOfReferenceUID == source.volume.frameOfReferenceUID)
        #expect(try read.masks(on: source.volume) == [1: source.masks[0], 2: source.masks[1]])
    }

    @Test(
        "A pixel lies at its place in the patient",
        arguments: [
            // (series, patient point of column 11, row 5 of the fourth slice along the normal), from the definition of
            // the series: first position (-100.3, -90.7, -50.1), 0.8 mm pixels, 2.5 mm steps along row × column.
            ("plain", Vector3(-100.3 + 8.8, -90.7 + 4, -50.1 + 7.5)),
            ("descending", Vector3(-100.3 + 8.8, -90.7 + 4, -50.1 + 7.5)),
            ("sagittal", Vector3(-100.3 - 7.5, -90.7 + 8.8, -50.1 - 4)),
            ("prone", Vector3(-100.3 - 8.8, -90.7 - 4, -50.1 + 7.5)),
            ("oblique", obliquePoint),
        ]
    )
    func placesPixels(name: String, point: Vector3) throws {
        let source = try ConformanceSeries(name)
        var pixels = [UInt8](repeating: 0, count: source.volume.rows * source.volume.columns)
        pixels[5 * source.volume.columns + 11] = 1
        var mask = SegmentMask(frameCount: source.volume.count)
        mask[3] = FrameMask(rows: source.volume.rows, columns: source.volume.columns, pixels: pixels)
        let read = try segmentation(source.request(masks: [mask, mask]))
        #expect(read.segmentsOverlap == "YES")
        for frame in read.frames {
            let plane = try #require(frame.plane)
            #expect(frame.mask?.pixelCount == 1)
            #expect(frame.mask?[row: 5, column: 11] == true)
            #expect((plane.patientPoint(column: 11, row: 5) - point).length < 1e-3)
        }
    }

    /// The plane is turned by 0.3 about two axes.
    private static var obliquePoint: Vector3 {
        let (c, s) = (cos(0.3), sin(0.3))
        let (row, column) = (Vector3(c, s, 0), Vector3(-s * c, c * c, s))
        return Vector3(-100.3, -90.7, -50.1) + row.cross(column) * 7.5 + row * 8.8 + column * 4
    }

    @Test(
        "Segmentations by other software come back on the frames that they were drawn on",
        arguments: [
            "highdicom", "highdicom_cropped", "highdicom_unreferenced", "dcmqi", "binary_deflated",
            "labelmap_explicit", "labelmap_rle", "labelmap_deflated", "fractional_explicit", "fractional_rle",
        ]
    )
    func readsForeignFiles(name: String) throws {
        let source = try ConformanceSeries("plain")
        let file = SharedFiles.cache.appending(path: "conformance/foreign").appending(path: name + ".dcm")
        let read = try SegmentationReader.read(RawPath(file.path))
        #expect(read.segments.map(\.label) == ["Liver", "Spleen"])
        #expect(read.segments.map { $0.type?.value } == ["10200004", "78961009"])
        #expect(try read.masks(on: source.volume) == [1: source.masks[0], 2: source.masks[1]])
    }

    @Test("A segmentation of another series is refused")
    func refusesOtherSeries() throws {
        let read = try segmentation(ConformanceSeries("plain").request())
        let other = try ConformanceSeries("descending")
        let error = #expect(throws: SegmentationError.self) { try read.masks(on: other.volume) }
        #expect(error?.code == .doesNotMatchSeries)
    }

    @Test("An image is refused as no segmentation")
    func refusesImages() throws {
        let image = try ConformanceSeries("plain").series.headers[0].path
        let error = #expect(throws: SegmentationError.self) { try SegmentationReader.read(image) }
        #expect(error?.code == .notASegmentation)
    }

    @Test("A flipped bit in the header leads to a refusal or to the same masks, never to shifted ones")
    func neverShiftsMasks() throws {
        let source = try ConformanceSeries("plain")
        guard case .encoded(let encoded) = try SegmentationBuilder.build(source.request()) else {
            Issue.record("nothing was encoded")
            return
        }
        let header = encoded.bytes.count - BitStream.byteCount(frames: encoded.frameCount, bitsPerFrame: 30 * 37)
        var refused = 0
        for position in stride(from: 128, to: header, by: 17) {
            var bytes = encoded.bytes
            bytes[position] ^= 1
            do {
                let masks = try SegmentationReader.read(bytes: bytes).masks(on: source.volume)
                #expect(masks == [1: source.masks[0], 2: source.masks[1]], "bit 0 of byte \(position)")
            } catch is SegmentationError {
                refused += 1
            } catch is DICOMFileError {
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    @Test("Pixel data of another length are refused and never read shifted")
    func refusesWrongLength() throws {
        let request = try ConformanceSeries("plain").request()
        guard case .encoded(let encoded) = try SegmentationBuilder.build(request) else {
            Issue.record("nothing was encoded")
            return
        }
        // The length field lies in front of the pixel data, which are the last element.
        let padded = BitStream.byteCount(frames: encoded.frameCount, bitsPerFrame: 30 * 37)
        var longer = encoded.bytes + [0, 0]
        let field = encoded.bytes.count - padded - 4
        #expect(Int(longer[field]) | Int(longer[field + 1]) << 8 == padded)
        longer[field] = UInt8((padded + 2) & 0xFF)
        longer[field + 1] = UInt8((padded + 2) >> 8)
        let error = #expect(throws: SegmentationError.self) { try SegmentationReader.read(bytes: longer) }
        #expect(error?.code == .inconsistent)
        #expect(throws: DICOMFileError.self) { try SegmentationReader.read(bytes: encoded.bytes.dropLast(600)) }
    }
}

extension SegmentationReader {
    fileprivate static func read(bytes: ArraySlice<UInt8>) throws -> Segmentation { try read(bytes: Array(bytes)) }
}
