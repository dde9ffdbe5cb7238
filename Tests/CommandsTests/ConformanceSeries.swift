import DICOMFiles
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Commands

/// The synthetic series that `make` prepares.
enum ConformanceSeries {
    static func folder(_ name: String) -> URL {
        SharedFiles.cache.appending(path: "conformance/series").appending(path: name)
    }

    /// Copies the DICOM files of a series into a folder, which is made.
    static func copy(_ name: String, into target: URL) throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        let files = try FileManager.default.contentsOfDirectory(at: folder(name), includingPropertiesForKeys: nil)
        let images = files.filter { $0.pathExtension == "dcm" }
        try #require(!images.isEmpty)
        for image in images {
            try FileManager.default.copyItem(at: image, to: target.appending(path: image.lastPathComponent))
        }
    }

    /// The one series of a folder.
    static func read(_ name: String) throws -> ImageSeries {
        let found = try FolderSeries(RawPath(folder(name).path))
        return try #require(found.series.count == 1 ? found.series.first : nil)
    }
}
