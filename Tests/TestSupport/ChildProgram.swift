import Foundation
import Glibc

/// Another program, started with its standard output in a file.
///
/// Plain `posix_spawn` and `waitpid`: nothing depends on run loops, on descriptors that a program started at the same
/// moment inherits, or on who else waits for children. See: 'man 3 posix_spawn', 'man 2 waitpid'.
public struct ChildProgram {
    /// How a program ended.
    public enum End: Sendable, Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Why a program could not be started.
    public struct NotStarted: Error, CustomStringConvertible {
        /// The program and the cause.
        public let description: String

        /// An error with these words.
        public init(description: String) {
            self.description = description
        }
    }

    /// The process.
    public let processIdentifier: pid_t
    private let output: URL

    /// Starts a program; what it says on standard output goes to the file `output`.
    public init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        output: URL
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + settings).forEach { free($0) } }
        var started: pid_t = 0
        let status = posix_spawn(&started, executable, &actions, nil, &words, &settings)
        guard status == 0 else {
            throw NotStarted(description: "\(executable): \(String(cString: strerror(status)))")
        }
        processIdentifier = started
        self.output = output
    }

    /// What the program has said so far.
    public func said() throws -> Data {
        FileManager.default.fileExists(atPath: output.path) ? try Data(contentsOf: output) : Data()
    }

    /// Whether the program has not ended; it stays to be waited for.
    public var isRunning: Bool {
        var info = siginfo_t()
        let found = waitid(P_PID, id_t(processIdentifier), &info, WEXITED | WNOHANG | WNOWAIT)
        return found == 0 && info.si_signo == 0
    }

    /// Waits until the program ends; once.
    public func wait() -> End {
        var status: Int32 = 0
        while waitpid(processIdentifier, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
    }
}
