import Foundation
import TestSupport

/// What `Tests/Scripts/make_pydicom_reference.py` wrote.
struct PydicomReference: Decodable {
    struct Sample: Decodable {
        let index: Int
        let value: Float
    }

    struct Place: Decodable {
        let column: Double
        let row: Double
        let point: [Double]
    }

    struct File: Decodable {
        let name: String
        /// `grey`, `colour`, `no image`, `undecodable` or `unreadable`.
        let kind: String
        let rows: Int?
        let columns: Int?
        let frames: Int?
        let signed: Bool?
        let inverted: Bool?
        let count: Int?
        let sum: Int?
        let sha256: String?
        /// A file of 32-bit integers, where decoders may round differently.
        let values: String?
        let modality: [Sample]?
        let geometry: [Place]?
        let patientName: [String]?
    }

    struct Series: Decodable {
        let series: String
        let files: [String]
        let groups: Int
        let volume: [String]?
    }

    let files: [File]
    let series: [Series]

    static let folder = SharedFiles.cache.appending(path: "pydicom")

    static func load() throws -> PydicomReference {
        let data = try Data(contentsOf: folder.appending(path: "manifest.json"))
        return try JSONDecoder().decode(PydicomReference.self, from: data)
    }

    static func url(_ name: String) -> URL {
        folder.appending(path: "files").appending(path: name)
    }
}
