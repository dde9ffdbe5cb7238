import DICOMFiles
import DurableFiles
import Foundation
import Synchronization

/// Inspects in a child process with limits, so that a file which crashes the parser, or never lets it come back, costs a child
/// and not the service.
///
/// A child runs ``InspectionServer`` and takes one file after the other: starting one for each would be most of the work. When a child
/// dies on a file that was not its first, the file gets a second chance in a fresh child, since the damage may have been done before.
package final class ChildProcessInspector: InstanceInspector {
    /// How children are started and what they may do.
    package struct Settings: Sendable, Hashable {
        /// The full path of a program that runs ``InspectionServer``, for example `preread`.
        package var executable: String
        package var arguments: [String]
        /// The longest time for one file.
        package var deadline: Duration = .seconds(60)
        /// A child is replaced after so many files.
        package var filesPerChild = 500
        package var limits = InspectionLimits()

        package init(executable: String, arguments: [String]) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    /// The longest answer: a header with 20,000 frames is smaller.
    private static let longestAnswer = 64 << 20

    private let settings: Settings
    private let work = BlockingWork(name: "inspection")
    private let child = Mutex<Child?>(nil)

    package init(_ settings: Settings) {
        // A child that died must show as a failed write, not as a signal. See: 'man 7 signal'.
        signal(SIGPIPE, SIG_IGN)
        self.settings = settings
    }

    package func inspect(_ file: RawPath) async -> Inspection {
        await work.run { [self] in
            child.withLock { child in
                if let answer = ask(&child, about: file) { return answer }
                if let answer = ask(&child, about: file) { return answer }
                return .refused(
                    .parserCrash,
                    message: "The parser died or took too long. \(ReasonCode.parserCrash.remedy)"
                )
            }
        }
    }

    /// - Returns: `nil` where the child died on the file; a first attempt in a fresh child is the only one.
    private func ask(_ child: inout Child?, about file: RawPath) -> Inspection? {
        if child == nil {
            do throws(FileError) {
                child = try Child(settings)
            } catch {
                // No verdict on the file: whatever keeps children from starting will pass or be repaired.
                return .refused(.accessDenied, message: "The inspection cannot be started: \(error)")
            }
        }
        guard let running = child else { return nil }
        let isFresh = running.files == 0
        if let answer = running.inspect(file, within: settings.deadline, limit: Self.longestAnswer) {
            if running.files >= settings.filesPerChild { child = nil }
            return answer
        }
        child = nil
        guard isFresh else { return nil }
        return .refused(.parserCrash, message: "The parser died or took too long. \(ReasonCode.parserCrash.remedy)")
    }
}

/// A child with the number of its files. Used by one thread at a time, under the inspector's lock.
private final class Child {
    private var process: ChildProcess
    private(set) var files = 0

    init(_ settings: ChildProcessInspector.Settings) throws(FileError) {
        process = try ChildProcess(executable: settings.executable, arguments: settings.arguments)
        // A child that cannot take this line cannot take the next one either, and is found out there.
        _ = process.send(Array("\(settings.limits.line)\n".utf8))
    }

    func inspect(_ file: RawPath, within deadline: Duration, limit: Int) -> Inspection? {
        files += 1
        let request = Array(hexadecimal(file.bytes).utf8) + [UInt8(ascii: "\n")]
        guard process.send(request), let line = process.readLine(within: deadline, limit: limit) else { return nil }
        return try? JSONDecoder().decode(Inspection.self, from: Data(line))
    }
}
