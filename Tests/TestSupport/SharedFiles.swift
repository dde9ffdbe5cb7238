import Foundation

/// Where tests find what lies outside the repository.
public enum SharedFiles {
    /// The root of the reference data and the conformance tools: `PREREAD_SHARED`, or `../shared` beside the checkout.
    public static var root: URL {
        if let path = ProcessInfo.processInfo.environment["PREREAD_SHARED"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        return repository.deletingLastPathComponent().appending(path: "shared", directoryHint: .isDirectory)
    }

    /// The top of this checkout.
    public static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// A file of the reference data. A missing file is an error of the set-up, so the path is returned unchecked and
    /// the test that opens it fails.
    public static func reference(_ path: String) -> URL {
        root.appending(path: "reference").appending(path: path)
    }

    /// What `make` fetched and prepared: `PREREAD_CACHE`, or `.cache` in the checkout.
    public static var cache: URL {
        if let path = ProcessInfo.processInfo.environment["PREREAD_CACHE"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        return repository.appending(path: ".cache", directoryHint: .isDirectory)
    }
}
