import DICOMFiles
import DurableFiles
import Foundation
import Testing

/// Pixel by pixel against pydicom, on its own test files in every transfer syntax that they come in.
struct PydicomPixelTests {
    /// Greyscale for pydicom, refused here, and why.
    private static let refused: [String: ReasonCode] = [
        // 128 bytes behind the last pixel: which pixels are right cannot be known.
        "pydicom/test_files/MR_small_padded.dcm": .badPixelModule,
        // Segmentations: one bit for each pixel is no image to be segmented.
        "pydicom/test_files/liver_1frame.dcm": .badPixelModule,
        "pydicom/test_files/liver_expb_1frame.dcm": .badPixelModule,
        "pydicom-data/liver.dcm": .badPixelModule,
        "pydicom-data/liver_expb.dcm": .badPixelModule,
        // A modality table, which CT, MR and PET do not have.
        "pydicom-data/mlut_18.dcm": .badRescale,
    ]

    @Test("every stored value equals pydicom's, frame by frame")
    func storedValues() throws {
        let files = try PydicomReference.load().files.filter { $0.kind == "grey" }
        #expect(files.count > 90)
        for file in files where Self.refused[file.name] == nil && file.values == nil {
            do {
                let reader = try FrameReader(RawPath(PydicomReference.url(file.name)))
                #expect(reader.module.rows == file.rows && reader.module.columns == file.columns, "\(file.name)")
                #expect(reader.module.isSigned == file.signed, "\(file.name)")
                #expect(reader.module.isInverted == file.inverted, "\(file.name)")
                let values = try (0..<reader.module.numberOfFrames).flatMap { try reader.storedValues(frameAt: $0) }
                #expect(values.count == file.count, "\(file.name)")
                let digest = values.withUnsafeBytes { SHA256Digest(ofMemory: $0) }
                #expect(digest.hex == file.sha256, "\(file.name)")
            } catch {
                Issue.record("\(file.name): \(error)")
            }
        }
    }

    @Test("what cannot be read pixel by pixel is refused with its reason")
    func refusals() throws {
        let files = try PydicomReference.load().files
        for (name, expected) in Self.refused {
            #expect(files.contains { $0.name == name && $0.kind == "grey" }, "\(name)")
            let code = try reason { _ = try FrameReader(RawPath(PydicomReference.url(name))) }
            #expect(code == expected, "\(name)")
        }
        for file in files where file.kind == "colour" {
            let code = try reason { _ = try FrameReader(RawPath(PydicomReference.url(file.name))) }
            // One file says JPEG, and so explicit VR, but is written in implicit VR.
            let isMislabelled = file.name == "pydicom/test_files/SC_rgb_jpeg.dcm"
            #expect(code == (isMislabelled ? .malformed : .notGreyscale), "\(file.name)")
        }
    }

    @Test("the indices of a palette image are read when they are asked for")
    func palette() throws {
        let rle = RawPath(PydicomReference.url("pydicom-data/OBXXXX1A_rle_2frame.dcm"))
        let native = RawPath(PydicomReference.url("pydicom-data/OBXXXX1A_2frame.dcm"))
        #expect(try reason { _ = try FrameReader(rle) } == .notGreyscale)
        let decoded = try FrameReader(DICOMFile.open(rle), allowingPalette: true)
        let stored = try FrameReader(DICOMFile.open(native), allowingPalette: true)
        for frame in 0..<2 {
            #expect(try decoded.storedValues(frameAt: frame) == stored.storedValues(frameAt: frame))
        }
    }

    @Test("an image cut short is refused; the bytes of a delimiter inside a fragment do not end the pixel data")
    func truncation() throws {
        let truncated = RawPath(PydicomReference.url("pydicom/test_files/MR_truncated.dcm"))
        #expect(try reason { _ = try FrameReader(truncated) } == .truncatedPixels)
        let name = "pydicom/test_files/JPEG2000-embedded-sequence-delimiter.dcm"
        let embedded = try DICOMFile.open(RawPath(PydicomReference.url(name)))
        #expect(embedded.isEncapsulated && embedded.fragmentCount == 1)
        // Its fragment is JPEG 2000 overwritten with a delimiter: pydicom cannot decode it either.
        #expect(try reason { _ = try FrameReader(embedded).storedValues(frameAt: 0) } == .decodeFailed)
    }

    @Test("lossy JPEG differs from pydicom's decoder by rounding only: at most 1, in fewer than 2 % of the pixels")
    func lossyJPEG() throws {
        for file in try PydicomReference.load().files {
            guard let values = file.values else { continue }
            let data = try Data(contentsOf: PydicomReference.folder.appending(path: values))
            let expected = data.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
            let decoded = try FrameReader(RawPath(PydicomReference.url(file.name))).storedValues(frameAt: 0)
            #expect(decoded.count == expected.count)
            let differences = zip(decoded, expected).map { abs($0 - $1) }
            #expect(differences.max() ?? .max <= 1)
            #expect(differences.count { $0 > 0 } * 50 < differences.count)
        }
    }

    @Test("modality values are stored values by slope and intercept, as 32-bit floats")
    func modalityValues() throws {
        let files = try PydicomReference.load().files.filter { $0.modality != nil && Self.refused[$0.name] == nil }
        #expect(files.count > 20)
        for file in files where file.values == nil {
            let reader = try FrameReader(RawPath(PydicomReference.url(file.name)))
            for sample in file.modality ?? [] {
                let size = reader.module.pixelsPerFrame
                let values = try reader.modalityValues(frameAt: sample.index / size)
                #expect(values[sample.index % size] == sample.value, "\(file.name)")
            }
        }
    }
}
