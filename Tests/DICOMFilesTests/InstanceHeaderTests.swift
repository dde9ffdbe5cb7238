import DICOMFiles
import DurableFiles
import Foundation
import Geometry
import Testing

struct InstanceHeaderTests {
    private let image = TestImage(pixels: [UInt8](repeating: 3, count: 30))

    private func header(_ change: (inout DICOMBytes) -> Void = { _ in }, patientID: String = "P1") throws
        -> InstanceHeader
    {
        var data = image.bytes(patientID: patientID)
        change(&data)
        return try withFile(data.file()) { try InstanceHeader(reading: $0) }
    }

    @Test("a header holds UIDs, size, spelling and the digest of the whole file")
    func contents() throws {
        let bytes = image.bytes().file()
        let header = try withFile(bytes) { try InstanceHeader(reading: $0) }
        #expect(header.digest == SHA256Digest(of: bytes))
        #expect(header.fileSize == bytes.count)
        #expect(header.sopClassUID == SOPClass.ctImage)
        #expect(header.sopInstanceUID == "2.25.11")
        #expect(header.studyInstanceUID == "2.25.12")
        #expect(header.seriesInstanceUID == "2.25.13")
        #expect(header.frameOfReferenceUID == "2.25.14")
        #expect((header.rows, header.columns, header.numberOfFrames) == (3, 5, 1))
        #expect(header.instanceNumber == 7)
        #expect(header.imageType == ["ORIGINAL", "PRIMARY", "AXIAL"])
        let frame = try #require(header.frames.first)
        #expect(frame.imagePositionPatient == ["-10.50", "+2.0E1", "-3"])
        #expect(frame.imageOrientationPatient == ["1", "0", "0", "0", "1", "0"])
        #expect(frame.pixelSpacing == ["0.70", "0.9"])
        #expect(frame.sliceThickness == "2.50")
        #expect(frame.plane.rowSpacing == 0.7 && frame.plane.columnSpacing == 0.9)
        #expect(frame.plane.position.y == 20)
        #expect(header.flags.isEmpty)
    }

    @Test("nothing that names the patient is in a header or in an error")
    func privacy() throws {
        let header = try header(patientID: "ZZCANARY-17")
        let coded = String(decoding: try JSONEncoder().encode(header), as: UTF8.self)
        #expect(!coded.contains("ZZCANARY"))
        #expect(header.attributes["PatientName"] == nil)
        #expect(header.attributes["Modality"] == ["CT"])
        // The error path, with a value that is wrong and tells who the patient is.
        let failure = try #require(throws: DICOMFileError.self) {
            try self.header { $0.replace("2.25.12", by: "ZZCANRY") }
        }
        #expect(failure.code == .badUID)
        #expect(!failure.description.contains("CANRY"))
    }

    @Test("headers survive coding, paths that are not UTF-8 included")
    func coding() throws {
        let header = try header()
        let moved = InstanceHeader(
            path: RawPath(bytes: [0x2F, 0xFF, 0xFE]),
            digest: header.digest,
            fileSize: header.fileSize,
            identifiers: InstanceHeader.Identifiers(
                sopClassUID: header.sopClassUID,
                sopInstanceUID: header.sopInstanceUID,
                studyInstanceUID: header.studyInstanceUID,
                seriesInstanceUID: header.seriesInstanceUID,
                frameOfReferenceUID: header.frameOfReferenceUID,
                patientIdentity: header.patientIdentity
            ),
            pixels: header.pixels,
            frames: header.frames,
            description: InstanceHeader.Description(
                modality: header.modality,
                attributes: header.attributes,
                flags: [.lossy, .noMeta]
            )
        )
        let decoded = try JSONDecoder().decode(InstanceHeader.self, from: JSONEncoder().encode(moved))
        #expect(decoded == moved)
    }

    @Test("a missing rescale of CT is assumed and flagged; one that is no map is refused")
    func rescale() throws {
        let without = try header {
            $0.remove(0x0028, 0x1052); $0.remove(0x0028, 0x1053)
        }
        #expect(without.flags == [.noRescale])
        for slope in ["0", "nan", "one", "1\\2"] {
            let failure = try #require(throws: DICOMFileError.self) {
                try self.header {
                    $0.remove(0x0028, 0x1053); $0.text(0x0028, 0x1053, "DS", slope)
                }
            }
            #expect(failure.code == .badRescale, "\(slope)")
        }
    }

    @Test("flags: lossy by attribute or transfer syntax, no meta information, a preamble that could be a program")
    func flags() throws {
        #expect(try header { $0.text(0x0028, 0x2110, "CS", "01") }.flags == [.lossy])
        #expect(try header { $0.text(0x0028, 0x2110, "CS", "00") }.flags.isEmpty)
        let bare = try withFile(image.bytes().bytes) { try InstanceHeader(reading: $0) }
        #expect(bare.flags == [.noMeta])
        let program = Array("MZ".utf8) + image.bytes().file().dropFirst(2)
        #expect(try withFile(program) { try InstanceHeader(reading: $0) }.flags == [.preamble])
        let lossy = try #require(SyntheticSeries.headers("j2klossy").first)
        #expect(lossy.flags == [.lossy])
    }

    @Test("text outside its character set is flagged, and kept out of nothing else")
    func charset() throws {
        let latin = try header { $0.element(0x0018, 0x1030, "LO", [0x4D, 0xFC, 0x6C, 0x6C]) }
        #expect(latin.flags == [.charset])
        #expect(latin.attributes["ProtocolName"] == ["M\u{FFFD}ll"])
        for preset in ["latin1", "utf8", "gb18030", "japanese", "japanese13", "korean"] {
            #expect(try SyntheticSeries.headers(preset).allSatisfy { $0.flags.isEmpty }, "\(preset)")
        }
    }

    @Test("attributes are the short texts and numbers by keyword; of an enhanced image also those of its groups")
    func attributes() throws {
        let header = try header { $0.text(0x0018, 0x1210, "SH", " B30f ") }
        #expect(header.attributes["ConvolutionKernel"] == ["B30f"])
        #expect(header.attributes["Rows"] == ["3"])
        #expect(header.attributes["PixelSpacing"] == ["0.70", "0.9"])
        #expect(header.attributes["PatientID"] == nil)
        let enhanced = try #require(SyntheticSeries.headers("enhanced").first)
        #expect(enhanced.attributes["WindowWidth"] == ["400"])
        #expect(enhanced.attributes["RescaleType"] == ["HU"])
    }

    @Test("patients are told apart by number and issuer, whatever the padding")
    func identity() throws {
        let first = try header(patientID: "P1")
        #expect(try header(patientID: "P1 ").patientIdentity == first.patientIdentity)
        #expect(try header(patientID: "P2").patientIdentity != first.patientIdentity)
        let issued = try header { $0.insertText(0x0010, 0x0021, "LO", "HOSPITAL") }
        #expect(issued.patientIdentity != first.patientIdentity)
    }

    @Test("files stand beside each other unless they contradict each other")
    func conflicts() throws {
        let first = try header()
        #expect(first.conflict(with: first) == .duplicateSame)
        let other = try header { $0.replace("2.25.11", by: "2.25.15") }
        #expect(other.conflict(with: first) == nil)
        let changed = try header { $0.text(0x0040, 0x0275, "LO", "X") }
        #expect(changed.conflict(with: first) == .uidConflict)
        let patient = try header({ $0.replace("2.25.11", by: "2.25.15") }, patientID: "P2")
        #expect(patient.conflict(with: first) == .identityConflict)
        let study = try header {
            $0.replace("2.25.11", by: "2.25.15")
            $0.replace("2.25.12", by: "2.25.16")
        }
        #expect(study.conflict(with: first) == .identityConflict)
        let moved = try header { $0.replace("2.25.12", by: "2.25.16") }
        #expect(moved.conflict(with: first) == .identityConflict)
    }

    @Test("a UID has digits and dots only, components without leading zeros, at most 64 characters")
    func uids() {
        for uid in ["1.2.840.10008.1.2", "2.25.0", "0.1", "1." + String(repeating: "2", count: 62)] {
            #expect(DICOMUID.isValid(uid), "\(uid)")
        }
        for uid in ["", ".", "1.", ".1", "1..2", "1.02", "1.2.a", " 1.2", "1.2\n", "1.2.*", "../1", "٣.1"] {
            #expect(!DICOMUID.isValid(uid), "\(uid)")
        }
        #expect(!DICOMUID.isValid("1." + String(repeating: "2", count: 63)))
    }
}
