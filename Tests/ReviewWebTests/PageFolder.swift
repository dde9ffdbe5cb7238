import CReviewPage
import Foundation

/// The page as it lies in the sources, and as it is embedded in the program.
enum PageFolder {
    /// `Sources/CReviewPage/page`.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/CReviewPage/page")

    /// The paths of all files below the folder.
    static func names() throws -> [String] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return found.filter { name in
            var isFolder: ObjCBool = false
            let path = folder.appending(path: name).path
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    /// What a file of the folder holds.
    static func contents(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: name)) }

    /// What a file of the folder says.
    static func text(_ name: String) throws -> String { String(decoding: try contents(name), as: UTF8.self) }

    struct Embedded {
        let name: String
        let mediaType: String
        let contents: Data
    }

    /// The files in the program.
    static func embedded() -> [Embedded] {
        var files: [Embedded] = []
        while let entry = preread_page_file_at(files.count)?.pointee, let name = entry.name, let type = entry.media_type
        {
            files.append(
                Embedded(
                    name: String(cString: name),
                    mediaType: String(cString: type),
                    contents: Data(bytes: entry.bytes, count: entry.length)
                )
            )
        }
        return files
    }
}
