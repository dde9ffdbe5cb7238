import DICOMFiles
import DurableFiles
import Testing

struct DICOMTextTests {
    @Test("names in every character set of pydicom's files are decoded as pydicom decodes them")
    func pydicomNames() throws {
        let files = try PydicomReference.load().files.filter { $0.name.contains("/charset_files/") }
        var checked = 0
        for file in files {
            guard let expected = file.patientName else { continue }
            let dataset = try DICOMFile.open(RawPath(PydicomReference.url(file.name))).dataset
            // pydicom leaves an empty last component group out.
            let names = DICOMText(of: dataset).values(.patientName, of: dataset).map { name in
                name.hasSuffix("=") ? String(name.dropLast()) : name
            }
            #expect(names == expected, "\(file.name)")
            checked += 1
        }
        #expect(checked >= 15)
    }

    @Test("synthetic names: the Japanese, Korean and Chinese sets with code extensions")
    func syntheticNames() throws {
        let expected = [
            "latin1": "Müller^Jürgen", "utf8": "Zolw^Lukasz=王^小東=Żółw^Łukasz", "gb18030": "Wang^XiaoDong=王^小东",
            "japanese": "Yamada^Tarou=山田^太郎=やまだ^たろう", "japanese13": "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
            "korean": "Hong^Gildong=洪^吉洞=홍^길동",
        ]
        for (preset, name) in expected {
            let file = try DICOMFile.open(#require(SyntheticSeries.paths(preset).first))
            #expect(DICOMText(of: file.dataset).values(.patientName, of: file.dataset) == [name], "\(preset)")
        }
    }

    @Test("a backslash that is half of a character does not split a value")
    func backslashInsideCharacter() {
        // 0x90 0x5C is one character of GB18030.
        let text = DICOMText(specificCharacterSet: ["GB18030"])
        #expect(text.decode([0x41, 0x90, 0x5C, 0x42, 0x5C, 0x43])?.count == 2)
        // A byte 0x5C inside ESC $ B is half of a kanji.
        let kanji = DICOMText(specificCharacterSet: ["", "ISO 2022 IR 87"])
        #expect(kanji.decode([0x1B, 0x24, 0x42, 0x3B, 0x5C, 0x1B, 0x28, 0x42, 0x5C, 0x41])?.count == 2)
    }

    @Test("bytes outside the set, sets that do not exist and open escapes are not decoded")
    func undecodable() {
        #expect(DICOMText(specificCharacterSet: []).decode([0x4D, 0xFC]) == nil)
        #expect(DICOMText(specificCharacterSet: ["ISO_IR 192"]).decode([0xFF, 0xFE]) == nil)
        #expect(DICOMText(specificCharacterSet: ["KLINGON"]).decode([0x41, 0xFC]) == nil)
        #expect(DICOMText(specificCharacterSet: ["KLINGON"]).decode([0x41]) == ["A"])
        #expect(DICOMText(specificCharacterSet: ["", "ISO 2022 IR 87"]).decode([0x1B, 0x24, 0x42, 0x3B]) == nil)
        #expect(DICOMText(specificCharacterSet: ["", "ISO 2022 IR 87"]).decode([0x1B, 0x78]) == nil)
    }
}
