import Dispatch
import DurableFiles
import Foundation
import Glibc
import Ingest
import ReviewWeb
import Synchronization

/// Decodes each volume in a child process of its own, with limits, into memory that the child has a descriptor of.
struct ChildVolumeDecoder: VolumeDecoder {
    /// How children are started and what they may do.
    struct Settings: Sendable {
        /// The full path of a program that runs ``VolumeServer``.
        var executable: String
        var arguments: [String]
        /// The longest time between two slices; where values must be rounded all slices are read before the first.
        var silence: Duration = .seconds(120)
        var limits = InspectionLimits()
    }

    private static let queue = DispatchQueue(label: "preread.volumes", attributes: .concurrent)

    private let settings: Settings

    init(_ settings: Settings) {
        signal(SIGPIPE, SIG_IGN)
        self.settings = settings
    }

    func start(
        _ request: VolumeRequest,
        into memory: SharedMemory,
        report: @escaping @Sendable (VolumeEvent?) -> Bool
    ) -> any DecodingRun {
        let run = Run()
        let settings = settings
        Self.queue.async {
            Self.decode(request, into: memory, settings, run, report)
            run.close()
            _ = report(nil)
        }
        return run
    }

    private static func decode(
        _ request: VolumeRequest,
        into memory: SharedMemory,
        _ settings: Settings,
        _ run: Run,
        _ report: (VolumeEvent?) -> Bool
    ) {
        guard let question = try? JSONEncoder().encode(request),
            var child = try? ChildProcess(
                executable: settings.executable,
                arguments: settings.arguments,
                passing: memory.descriptor
            )
        else { return }
        let newline = [UInt8(ascii: "\n")]
        guard child.send(Array(settings.limits.line.utf8) + newline + Array(question) + newline),
            let input = try? child.copyInput(), run.open(input)
        else { return }
        let decoder = JSONDecoder()
        while let line = child.readLine(within: settings.silence, limit: 1 << 20),
            let event = try? decoder.decode(VolumeEvent.self, from: Data(line))
        {
            guard !run.isStopped, report(event) else { return }
        }
    }

    /// The child's input, for wishes.
    private final class Run: DecodingRun {
        private struct State {
            var input: Int32?
            var isStopped = false
            var early: [Int] = []
        }

        private let state = Mutex(State())

        var isStopped: Bool { state.withLock { $0.isStopped } }

        /// - Returns: whether the volume is still wanted.
        func open(_ input: Int32) -> Bool {
            state.withLock { state in
                guard !state.isStopped else {
                    Glibc.close(input)
                    return false
                }
                // A wish that finds the pipe full is dropped: the slice comes a little later.
                _ = fcntl(input, F_SETFL, fcntl(input, F_GETFL) | O_NONBLOCK)
                state.input = input
                Self.write(state.early, to: input)
                return true
            }
        }

        func want(_ slices: [Int]) {
            state.withLock { state in
                if let input = state.input { Self.write(slices, to: input) } else { state.early += slices }
            }
        }

        func stop() { state.withLock { $0.isStopped = true } }

        func close() {
            state.withLock { state in
                if let input = state.input { Glibc.close(input) }
                state.input = nil
            }
        }

        private static func write(_ slices: [Int], to input: Int32) {
            guard !slices.isEmpty else { return }
            let line = Array((slices.map(String.init).joined(separator: " ") + "\n").utf8)
            _ = line.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
        }
    }
}

/// The other end of ``ChildVolumeDecoder``: a line with limits, one with the request, then lines with slices that are
/// wanted next.
enum VolumeServer {
    /// Decodes one volume. Call it first thing in a process that does nothing else.
    static func run() {
        InspectionServer.closeInheritedDescriptors(from: ChildProcess.passedDescriptor + 1)
        let input = LineInput()
        guard let limits = input.line().flatMap(InspectionLimits.init(line:)), limits.apply(),
            let line = input.line(),
            let request = try? JSONDecoder().decode(VolumeRequest.self, from: Data(line.utf8)),
            let memory = try? SharedMemory(inherited: ChildProcess.passedDescriptor, length: request.length)
        else { return }
        let encoder = JSONEncoder()
        let decoding = VolumeDecoding(request, into: memory) { event in
            guard let line = try? encoder.encode(event) else { return false }
            return InspectionServer.write(Array(line) + [UInt8(ascii: "\n")])
        }
        decoding.run {
            input.waitingLines().flatMap { $0.split(separator: " ").compactMap { Int($0) } }
        }
    }

    /// Standard input, line by line, with a look at what has come without waiting.
    private final class LineInput {
        private var buffer: [UInt8] = []

        /// The next line; `nil` at the end.
        func line() -> String? {
            while true {
                if let line = takeLine() { return line }
                guard fill() else { return nil }
            }
        }

        /// The lines that have come by now.
        func waitingLines() -> [String] {
            while true {
                var wait = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
                guard poll(&wait, 1, 0) > 0, fill() else { break }
            }
            var lines: [String] = []
            while let line = takeLine() { lines.append(line) }
            return lines
        }

        private func takeLine() -> String? {
            guard let end = buffer.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            defer { buffer.removeSubrange(...end) }
            return String(decoding: buffer[..<end], as: UTF8.self)
        }

        private func fill() -> Bool {
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(0, &piece, piece.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                buffer += piece[..<count]
                return true
            }
        }
    }
}
