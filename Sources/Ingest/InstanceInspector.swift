import DICOMFiles
import DurableFiles

/// What an inspection finds.
package enum Inspection: Sendable, Hashable, Codable {
    /// An image that can be worked on.
    case accepted(InstanceHeader)
    /// Anything else, with the reason in words that hold no patient data.
    case refused(ReasonCode, message: String)
}

/// Looks into one file that nobody has looked into before.
package protocol InstanceInspector: Sendable {
    /// Reads and judges a file. The file does not change meanwhile.
    func inspect(_ file: RawPath) async -> Inspection
}

/// Inspects in this process. A file that crashes the parser takes the process with it: right where the process was
/// started for that, as by ``ChildProcessInspector``, and in tests.
package struct InProcessInspector: InstanceInspector {
    private let pixelCheck: InstanceHeader.PixelCheck
    private let work = BlockingWork(name: "inspection")

    package init(pixelCheck: InstanceHeader.PixelCheck = .firstFrame) { self.pixelCheck = pixelCheck }

    package func inspect(_ file: RawPath) async -> Inspection {
        let pixelCheck = pixelCheck
        return await work.run { Self.inspectNow(file, pixelCheck: pixelCheck) }
    }

    /// The same for a thread that may block.
    static func inspectNow(_ file: RawPath, pixelCheck: InstanceHeader.PixelCheck) -> Inspection {
        do throws(DICOMFileError) {
            return .accepted(try InstanceHeader(reading: file, pixelCheck: pixelCheck))
        } catch {
            return .refused(error.code, message: error.message)
        }
    }
}
