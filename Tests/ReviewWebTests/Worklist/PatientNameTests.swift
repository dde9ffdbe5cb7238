import DurableFiles
import Foundation
import Ledger
import TestSupport
import Testing

@testable import ReviewWeb

@Suite("What a worklist reads out of files") struct PatientNameTests {
    @Test(
        "Names are shown as people write them",
        arguments: [
            ("Roe^Jane", "Roe, Jane"), ("Roe", "Roe"), ("", ""), ("^Jane", "Jane"),
            ("Adams^John Robert Quincy^^Rev.^B.A. M.Div.", "Adams, Rev. John Robert Quincy, B.A. M.Div."),
            ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou (山田 太郎)"), ("=山田^太郎", "山田 太郎"), ("Roe^Jane^^^", "Roe, Jane"),
        ]
    )
    func namesAreReadable(value: String, shown: String) { #expect(PersonName(value).shown == shown) }

    @Test("Texts are found without accents and in any case")
    func searchIsFolded() {
        #expect(SearchText.text(name: "Müller^Zoë", patientID: "P1", accession: "A") == "muller zoe\np1\na")
    }

    @Test(
        "The names of the standard's examples are read in their character sets",
        arguments: [
            ("plain", "Doe, Jane"), ("latin1", "Müller, Jürgen"), ("cyrillic", "Иванов, Иван"),
            ("gb18030", "Wang, XiaoDong (王 小东)"), ("japanese", "Yamada, Tarou (山田 太郎)"),
            ("japanese13", "ﾔﾏﾀﾞ, ﾀﾛｳ (山田 太郎)"), ("korean", "Hong, Gildong (洪 吉洞)"), ("utf8", "Zolw, Lukasz (王 小東)"),
        ]
    )
    func characterSetsAreRead(series: String, name: String) throws {
        let folder = SharedFiles.cache.appending(path: "conformance/series/\(series)")
        let entry = try #require(
            try FolderScan.entries(of: RawPath(folder.path)).first { $0.name.hasSuffix(".dcm") }
        )
        let display = SeriesDisplay(SeriesUID("1"), readFrom: RawPath(folder.path).appending(entry.name))
        #expect(display.patientName.value == name)
        #expect(display.patientID.value == "ID-\(series)" && display.birthDate.value == "1970-01-01")
        #expect(display.searchText.value.contains(display.patientID.value.lowercased()))
    }

    @Test("A file that is gone leaves nothing to show and is no reason to look again and again")
    func missingFilesAreEmpty() {
        let display = SeriesDisplay(SeriesUID("1"), readFrom: RawPath("/nowhere"))
        #expect(display.patientName.value == "" && display.searchText.value == "")
    }

    @Test("What a patient is called is in no text that is made of a row")
    func rowsAreRedacted() {
        let display = SeriesDisplay(
            series: SeriesUID("1"),
            patientName: "Roe, Jane",
            patient: ("PID-7", "1970", "F"),
            study: ("ACC", "2026", "Abdomen of Jane Roe"),
            seriesDescription: "Roe",
            searchText: "roe jane"
        )
        var dumped = ""
        dump(display, to: &dumped)
        for text in ["\(display)", String(reflecting: display), String(describing: [display.patientName]), dumped] {
            #expect(!text.lowercased().contains("roe") && !text.contains("PID-7") && !text.contains("1970"))
        }
    }
}
