import DICOMFiles
import Testing

struct DICOMDatasetTests {
    private let image = TestImage(pixels: [UInt8](repeating: 0, count: 30))

    private func dataset(_ change: (inout DICOMBytes) -> Void = { _ in }) throws -> DICOMFile {
        var data = image.bytes()
        change(&data)
        return try DICOMFile.open(bytes: data.file())
    }

    @Test("decimal strings keep their spelling, and are read as numbers too")
    func decimalStrings() throws {
        let data = try dataset().dataset
        #expect(data.strings(.imagePositionPatient) == ["-10.50", "+2.0E1", "-3"])
        #expect(data.doubles(.imagePositionPatient) == [-10.5, 20, -3])
        #expect(data.string(.sliceThickness) == "2.50")
        #expect(data.integer(.instanceNumber) == 7)
        #expect(data.integer(.rows) == 3)
    }

    @Test("what is absent has no value: neither 0 nor an empty text")
    func absent() throws {
        let data = try dataset().dataset
        #expect(data.double(.windowCenter) == nil)
        #expect(data.integer(.numberOfFrames) == nil)
        #expect(data.string(.protocolName) == nil)
        #expect(data.bytes(.protocolName) == nil)
        #expect(data.strings(.protocolName) == [])
        #expect(data.doubles(.windowCenter) == [])
        #expect(!data.contains(.protocolName))
        #expect(data.items(.segmentSequence).isEmpty)
        #expect(data.firstItem(.segmentSequence) == nil)
    }

    @Test(
        "texts that are no numbers are none",
        arguments: ["nan", "inf", "0x10", "1,5", "one", "1e400", "1-2", "+", "."]
    )
    func noNumbers(_ text: String) throws {
        let file = try dataset { $0.text(0x0040, 0x0314, "DS", text) }
        #expect(file.dataset.double(DICOMTag(0x0040, 0x0314)) == nil)
    }

    @Test("a number of VR UN is read by the VR of the dictionary")
    func unknownVR() throws {
        let file = try dataset { $0.element(0x0028, 0x1050, "UN", Array("40 ".utf8)) }
        #expect(file.dataset.double(.windowCenter) == 40)
        #expect(file.dataset.element(.windowCenter)?.vr == "UN")
    }

    @Test("values are handed out as they are in the file, padding and all")
    func rawBytes() throws {
        let file = try dataset { $0.element(0x0040, 0x0275, "UN", [1, 0, 2, 0x20]) }
        #expect(file.dataset.bytes(DICOMTag(0x0040, 0x0275)) == [1, 0, 2, 0x20])
        #expect(file.dataset.bytes(.patientName) == Array("ZZCANARY^Name ".utf8))
        #expect(file.dataset.bytes(.sopInstanceUID) == Array("2.25.11\0".utf8))
    }

    @Test("items are read inside items, and outlive the file that they came from")
    func items() throws {
        var items: [DICOMDataset] = []
        do {
            let path = try #require(SyntheticSeries.paths("enhanced").first)
            items = try DICOMFile.open(path).dataset.items(.perFrameFunctionalGroupsSequence)
        }
        #expect(items.count == 10)
        let positions = items.compactMap { $0.firstItem(.planePositionSequence)?.doubles(.imagePositionPatient) }
        #expect(positions.count == 10)
        #expect(Set(positions.map { $0[2] }).count == 10)
        #expect(items[0].itemCount(.frameContentSequence) == 1)
    }

    @Test("elements are listed in order, without the pixel data")
    func elements() throws {
        let elements = try dataset().dataset.elements()
        #expect(elements.map(\.tag) == elements.map(\.tag).sorted())
        #expect(elements.first?.tag == .imageType)
        #expect(elements.last?.tag == .rescaleSlope)
        #expect(elements.first { $0.tag == .rows }?.vr == "US")
    }

    @Test("keywords lead to tags and back; what is no keyword leads nowhere")
    func keywords() {
        #expect(DICOMTag(keyword: "PatientPosition") == .patientPosition)
        #expect(DICOMTag.pixelSpacing.keyword == "PixelSpacing")
        #expect(DICOMTag(keyword: "NoSuchKeyword") == nil)
        #expect(DICOMTag(keyword: "0010,0010") == nil)
        #expect(DICOMTag(0x0009, 0x1001).keyword == nil)
        #expect(DICOMTag.pixelData.description == "(7FE0,0010)")
    }
}
