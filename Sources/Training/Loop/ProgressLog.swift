import DurableFiles
import Foundation
import Glibc

/// The events of a run as lines of JSON. It is for people: a line that cannot be written does not end a run.
public struct ProgressLog: Sendable {
    private let path: RawPath

    /// The log at a path; the file need not exist.
    public init(_ path: RawPath) {
        self.path = path
    }

    /// Appends a line. A torn last line, left by a kill, is closed first.
    public func append(_ event: TrainingProgress) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var line = try? Array(encoder.encode(event)) else { return }
        line.append(UInt8(ascii: "\n"))
        // See: 'man 2 open', 'man 2 pread'
        let descriptor = path.withCString { open($0, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        var last: UInt8 = 0
        if end > 0, pread(descriptor, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") {
            line.insert(UInt8(ascii: "\n"), at: 0)
        }
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    /// The events so far. Lines that are torn are left out; of the events of a step that was taken twice, because a run was
    /// killed between, only the later ones are kept.
    public func events() -> [TrainingProgress] {
        guard let bytes = try? ReadOnlyFile(path, subject: "progress").readAll() else { return [] }
        let decoder = JSONDecoder()
        var events: [TrainingProgress] = []
        var last = -1
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let event = try? decoder.decode(TrainingProgress.self, from: Data(line)) else { continue }
            if event.phase == .training, event.step <= last { events.removeAll { $0.step >= event.step } }
            last = event.phase == .training ? event.step : max(last, event.step)
            events.append(event)
        }
        return events
    }
}
