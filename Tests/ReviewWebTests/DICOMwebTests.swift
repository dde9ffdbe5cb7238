import DICOMFiles
import DurableFiles
import Foundation
import Hummingbird
import HummingbirdTesting
import Ledger
import TestSupport
import Testing

@testable import ReviewWeb

@Suite("DICOMweb")
struct DICOMwebTests {
    private struct Element: Decodable {
        let vr: String
    }

    @Test("Studies, series and instances are found, pages are kept, and what is unknown finds nothing")
    func searchesFind() async throws {
        try await ImagingBench.run { bench in
            try await bench.application(bench.areas).test(.router) { client in
                let study = bench.series.studyInstanceUID
                let studies: [[String: Element]] = try await client.json(
                    "/dicom-web/studies?limit=5&fuzzymatching=false"
                )
                #expect(studies.count == 1)
                #expect(studies[0]["0020000D"]?.vr == "UI")
                let series: [[String: Element]] = try await client.json("/dicom-web/studies/\(study)/series")
                #expect(series.count == 2)
                let images = "/dicom-web/studies/\(study)/series/\(bench.series.seriesInstanceUID)/instances"
                let first: [[String: Element]] = try await client.json("\(images)?limit=4")
                let rest: [[String: Element]] = try await client.json("\(images)?offset=4&limit=100")
                #expect(first.count == 4)
                #expect(rest.count == bench.volume.count - 4)
                let segmentations: [[String: Element]] = try await client.json("/dicom-web/series?Modality=SEG")
                #expect(segmentations.count == 1)
                for nothing in ["StudyInstanceUID=1.2.3", "PatientID=NOBODY", "ModalitiesInStudy=US"] {
                    #expect(try await client.status("/dicom-web/studies?\(nothing)") == .noContent)
                }
                for wrong in ["limit=x", "NoSuchAttribute=1", "fuzzymatching=perhaps"] {
                    #expect(try await client.status("/dicom-web/studies?\(wrong)") == .badRequest)
                }
                #expect(try await client.status("/dicom-web/studies/1.2.3/series") == .notFound)
                #expect(try await client.status("/dicom-web/studies/..%2F/series") == .notFound)
            }
            #expect(bench.audit.entries.contains { $0.event == .search })
        }
    }

    @Test("A study is found by name, ID and accession number however many came after it")
    func namedStudiesAreFoundInTheLedger() async throws {
        try await ImagingBench.run { bench in
            let display = SeriesDisplay(
                series: SeriesUID(bench.series.seriesInstanceUID),
                patientName: "Müller, Anna",
                patient: (id: "P-77", birthDate: "", sex: ""),
                study: (accession: "ACC9", date: "", description: ""),
                seriesDescription: "",
                searchText: SearchText.text(name: "Müller^Anna", patientID: "P-77", accession: "ACC9")
            )
            try await bench.ledger.describe([display])
            let store = WebStore(bench.volumes.surroundings)
            for (parameter, pattern, isFound) in [
                ("PatientName", "MÜLLER^A*", true), ("PatientID", "P-7?", true), ("AccessionNumber", "acc9", true),
                ("PatientID", "P-78", false),
            ] {
                let words = try WebQuery([(key: Substring(parameter), value: Substring(pattern))]).words
                #expect(!words.isEmpty)
                let found = try await store.studies(holding: words, limit: 10)
                #expect(found == (isFound ? [bench.series.studyInstanceUID] : []), "\(parameter)")
            }
            #expect(try WebQuery([(key: "Modality", value: "CT"), (key: "PatientID", value: "*")]).words.isEmpty)
        }
    }

    @Test("An instance comes as it was stored, alone or as a part")
    func instancesComeAsStored() async throws {
        try await ImagingBench.run { bench in
            try await bench.application(bench.areas).test(.router) { client in
                let frame = bench.volume.frames[0]
                let stored = try Data(contentsOf: URL(fileURLWithPath: frame.path.displayName))
                let path =
                    "/dicom-web/studies/\(bench.series.studyInstanceUID)/series/\(bench.series.seriesInstanceUID)"
                    + "/instances/\(frame.sopInstanceUID)"
                #expect(try await client.get(path, headers: [.accept: "application/dicom"]) == stored)
                try await client.execute(
                    uri: path,
                    method: .get,
                    headers: [.accept: #"multipart/related; type="application/dicom"; transfer-syntax=*"#]
                ) { response in
                    let type = try #require(response.headers[.contentType])
                    let boundary = try #require(type.split(separator: "boundary=").last)
                    let body = Data(response.body.readableBytesView)
                    #expect(response.headers[.contentLength] == "\(body.count)")
                    let end = Data("\r\n--\(boundary)--\r\n".utf8)
                    #expect(body.suffix(end.count) == end)
                    let start = try #require(body.range(of: Data("\r\n\r\n".utf8)))
                    #expect(body[start.upperBound..<(body.count - end.count)] == stored)
                }
                for wrong in [
                    "image/jpeg",
                    #"multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.50"#,
                ] {
                    #expect(try await client.status(path, headers: [.accept: wrong]) == .notAcceptable, "\(wrong)")
                }
            }
            #expect(bench.audit.entries.contains { $0.event == .retrieve && $0.study == bench.series.studyInstanceUID })
        }
    }

    @Test("Frames of masks begin with a byte of their own, also where pixels do not fill bytes")
    func maskFramesAreAligned() async throws {
        try await ImagingBench.run("odd187x239") { bench in
            let job = try #require(try await bench.ledger.job(bench.job))
            let placed = try #require(try await bench.masks.placedResult(of: job))
            let path =
                "/dicom-web/studies/\(bench.series.studyInstanceUID)/series/\(placed.seriesInstanceUID)"
                + "/instances/\(placed.sopInstanceUID)"
            try await bench.application(bench.areas).test(.router) { client in
                let whole = try await client.get(
                    "\(path)/bulkdata/7FE00010",
                    headers: [.accept: "application/octet-stream"]
                )
                let size = 187 * 239
                for number in [1, 2, 3] {
                    let frame = try await client.get(
                        "\(path)/frames/\(number)",
                        headers: [.accept: "application/octet-stream"]
                    )
                    #expect(frame.count == (size + 7) / 8)
                    let isSame = (0..<size).allSatisfy { pixel in
                        let bit = (number - 1) * size + pixel
                        return frame[pixel / 8] >> (pixel % 8) & 1 == whole[bit / 8] >> (bit % 8) & 1
                    }
                    #expect(isSame)
                }
                #expect(try await client.status("\(path)/frames/1000") == .notFound)
                #expect(try await client.status("\(path)/frames/0") == .badRequest)
                #expect(try await client.status("\(path)/bulkdata/00100010/9/00100020") == .notFound)
            }
        }
    }

    @Test("A pattern fits by stars and question marks")
    func patternsFit() {
        for (text, pattern) in [("DOE^JANE", "DOE*"), ("DOE^JANE", "*JANE"), ("DOE", "D?E"), ("abc", "*b*"), ("", "*")]
        {
            #expect(WebQuery.Condition.fits(text, pattern), "\(text) \(pattern)")
        }
        for (text, pattern) in [("DOE^JANE", "DOE"), ("DOE", "D?"), ("abc", "*d*"), ("abc", "ab")] {
            #expect(!WebQuery.Condition.fits(text, pattern), "\(text) \(pattern)")
        }
    }

    @Test("The best range that is accepted decides")
    func rangesAreOrdered() {
        let header = #"image/jpeg;q=0.5, multipart/related; type="application/dicom"; transfer-syntax=*, */*;q=0.1"#
        let ranges = MediaRange.accepted(header)
        #expect(ranges.map(\.type) == ["multipart/related", "image/jpeg", "*/*"])
        #expect(ranges[0].form(of: "application/dicom") == .parts)
        #expect(ranges[0].form(of: "application/octet-stream") == nil)
        #expect(ranges[0].takes(transferSyntax: "1.2.3"))
        #expect(MediaRange.accepted(nil).map(\.type) == ["*/*"])
        #expect(MediaRange.accepted("text/html;q=0").isEmpty)
    }
}
