import DICOMFiles
import DurableFiles
import Foundation
import TestSupport

extension RawPath {
    init(_ url: URL) {
        self.init(url.path(percentEncoded: false))
    }
}

/// The series that `Tests/Scripts/make_conformance_series.py` wrote.
enum SyntheticSeries {
    static func folder(_ preset: String) -> URL {
        SharedFiles.cache.appending(path: "conformance/series").appending(path: preset)
    }

    static func paths(_ preset: String) throws -> [RawPath] {
        try FolderScan.entries(of: RawPath(folder(preset))).map(\.name).filter { $0.hasSuffix(".dcm") }
            .map { RawPath(folder(preset)).appending($0) }
    }

    static func headers(_ preset: String) throws -> [InstanceHeader] {
        try paths(preset).map { try InstanceHeader(reading: $0) }
    }
}

/// The reason that opening gives, or `nil` when it succeeds.
func reason(_ body: () throws -> Void) throws -> ReasonCode? {
    do {
        try body()
        return nil
    } catch let error as DICOMFileError {
        return error.code
    }
}
