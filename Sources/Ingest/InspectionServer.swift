import DICOMFiles
import DurableFiles
import Foundation
import Glibc

/// The other end of ``ChildProcessInspector``.
///
/// The first line of standard input says the limits under which to work. Each further one is a path in hexadecimal digits, and is
/// answered with an ``Inspection`` in JSON on one line.
package enum InspectionServer {
    /// Serves until the input ends.
    ///
    /// Call it first thing in a process that does nothing else: it closes all descriptors but the standard ones, and its
    /// limits stay with the process.
    package static func run(pixelCheck: InstanceHeader.PixelCheck = .firstFrame) {
        closeInheritedDescriptors()
        guard let limits = readLine().flatMap(InspectionLimits.init(line:)), limits.apply() else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        while let line = readLine() {
            guard let path = path(fromHexadecimal: line) else { return }
            let inspection = InProcessInspector.inspectNow(path, pixelCheck: pixelCheck)
            // An answer that cannot be encoded ends the child, which counts as a crash of the parser.
            guard let answer = try? encoder.encode(inspection), write(Array(answer) + [UInt8(ascii: "\n")]) else {
                return
            }
        }
    }

    package static func closeInheritedDescriptors(from first: Int32 = 3) {
        for descriptor in first..<Int32(clamping: sysconf(Int32(_SC_OPEN_MAX))) where fcntl(descriptor, F_GETFD) >= 0 {
            close(descriptor)
        }
    }

    static func path(fromHexadecimal line: String) -> RawPath? {
        let digits = Array(line.utf8)
        guard digits.count.isMultiple(of: 2), !digits.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return RawPath(bytes: bytes)
    }

    package static func write(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(1, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
