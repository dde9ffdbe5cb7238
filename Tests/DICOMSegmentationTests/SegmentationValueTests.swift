import Foundation
import Testing

@testable import DICOMSegmentation

struct SegmentationValueTests {
    @Test(
        "sRGB colours become CIELab with white D50",
        arguments: [
            // White, black, and red as ICC profiles give it: L* 54.29, a* 80.82, b* 69.89.
            (SRGBColor(red: 255, green: 255, blue: 255), [65535, 32896, 32896]),
            (SRGBColor(red: 0, green: 0, blue: 0), [0, 32896, 32896]),
            (SRGBColor(red: 255, green: 0, blue: 0), [35579, 53665, 50856]),
        ]
    )
    func convertsColours(color: SRGBColor, expected: [Int]) {
        for (found, wanted) in zip(color.dicomCIELab, expected) {
            #expect(abs(Int(found) - wanted) <= 30)
        }
    }

    @Test("A legal decimal string keeps its spelling")
    func keepsLegalSpelling() {
        for text in ["-100.3", "1.0", "+2.50", "1e-3", "-75.699996948242"] {
            #expect(DecimalString.legal(text) == text)
        }
    }

    @Test("A decimal string of more than 16 characters is shortened to the nearest one that fits")
    func shortensLongSpelling() throws {
        for text in ["-75.6999969482421875", "0.00000012345678901234", "-1.234567890123456e-100"] {
            let short = try #require(DecimalString.legal(text))
            #expect(short.utf8.count <= 16)
            let (value, shortened) = (try #require(Double(text)), try #require(Double(short)))
            #expect(abs(value - shortened) <= abs(value) * 1e-9)
        }
    }

    @Test("What is no decimal number is refused")
    func refusesOtherText() {
        for text in ["", "abc", "nan", "inf", "0x10"] { #expect(DecimalString.legal(text) == nil) }
    }

    @Test("UIDs are version-5 UUIDs as decimal numbers, the same for the same parts and others for other parts")
    func derivesUIDs() throws {
        let uid = SegmentationIdentity.uid("a", "bc")
        #expect(uid == SegmentationIdentity.uid("a", "bc"))
        #expect(uid != SegmentationIdentity.uid("ab", "c"))
        #expect(uid.hasPrefix("2.25."))
        #expect(uid.utf8.count <= 44)
    }

    @Test("The tracking UID depends on the study and the structure alone")
    func derivesTrackingUIDs() {
        let liver = SegmentationIdentity.trackingUID(studyInstanceUID: "1.2", trackingID: "liver")
        #expect(liver == SegmentationIdentity.trackingUID(studyInstanceUID: "1.2", trackingID: "liver"))
        #expect(liver != SegmentationIdentity.trackingUID(studyInstanceUID: "1.2", trackingID: "spleen"))
        #expect(liver != SegmentationIdentity.trackingUID(studyInstanceUID: "1.3", trackingID: "liver"))
    }

    @Test("Dates and times are written in the time zone that is asked for")
    func writesDates() {
        let instant = Date(timeIntervalSince1970: 1_767_225_599)
        #expect(SegmentationDateTime(instant, offset: 0).dateTime == "20251231235959")
        #expect(SegmentationDateTime(instant, offset: 3600).dateTime == "20260101005959")
        #expect(SegmentationDateTime.offset(ofTimezone: "-0330") == -12_600)
        #expect(SegmentationDateTime.offset(ofTimezone: "0330") == nil)
    }

    @Test("Text that DICOM does not allow, or that is not ASCII, is refused")
    func checksText() throws {
        try Attribute.seriesDescription.check("Preread segmentation")
        #expect(throws: SegmentationError.self) { try Attribute.seriesDescription.check("Gefäße") }
        #expect(throws: SegmentationError.self) { try Attribute.seriesDescription.check("a\\b") }
        #expect(throws: SegmentationError.self) {
            try Attribute.seriesDescription.check(String(repeating: "a", count: 65))
        }
        #expect(throws: SegmentationError.self) { try Attribute.contentLabel.check("lower case") }
    }
}
