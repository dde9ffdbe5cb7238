import DurableFiles
import Foundation
import Glibc
import Ingest
import ReviewWeb
import Synchronization

/// Reads files for the page in child processes with limits: one that crashes the parser, or never lets it come back, costs a
/// child and not the service.
///
/// A child takes one question after the other; when it dies on one that was not its first, the question gets a second
/// chance in a fresh child.
final class ChildImagingReader: ImagingReader {
    /// How children are started and what they may do.
    struct Settings: Sendable {
        /// The full path of a program that runs ``ImagingServer``.
        var executable: String
        var arguments: [String]
        /// The longest time for one question.
        var deadline: Duration = .seconds(120)
        /// A child is replaced after so many questions.
        var questionsPerChild = 200
        /// Children at the same time.
        var children = 2
        var limits = InspectionLimits()
    }

    /// The longest answer: the decoded frames of a large multi-frame image.
    private static let longestAnswer = 1 << 30

    private let settings: Settings
    private let lanes: [Lane]
    private let next = Atomic<Int>(0)

    init(_ settings: Settings) {
        // A child that died must show as a failed write, not as a signal. See: 'man 7 signal'.
        signal(SIGPIPE, SIG_IGN)
        self.settings = settings
        lanes = (0..<max(1, settings.children)).map { _ in Lane() }
    }

    func answer(_ question: ImagingQuestion) async -> ImagingAnswer {
        guard let line = try? JSONEncoder().encode(question) else { return .unavailable }
        let request = Array(line) + [UInt8(ascii: "\n")]
        let settings = settings
        let lane = lanes[next.wrappingAdd(1, ordering: .relaxed).oldValue % lanes.count]
        return await lane.work.run {
            lane.ask(request, settings) ?? lane.ask(request, settings) ?? .refused("PARSER_CRASH")
        }
    }

    /// One child at a time, and the thread that waits for it.
    private final class Lane: Sendable {
        let work = BlockingWork(name: "imaging")
        private let child = Mutex<Child?>(nil)

        /// - Returns: `nil` where the child died on the question and had worked on others before.
        func ask(_ request: [UInt8], _ settings: Settings) -> ImagingAnswer? {
            child.withLock { child in
                if child == nil { child = try? Child(settings) }
                guard let running = child else { return .unavailable }
                let isFresh = running.questions == 0
                if let answer = running.ask(request, within: settings.deadline) {
                    if running.questions >= settings.questionsPerChild { child = nil }
                    return answer
                }
                child = nil
                return isFresh ? .refused("PARSER_CRASH") : nil
            }
        }
    }

    /// Used by one thread at a time, under its lane's lock.
    private final class Child {
        private var process: ChildProcess
        private(set) var questions = 0

        init(_ settings: Settings) throws(FileError) {
            process = try ChildProcess(executable: settings.executable, arguments: settings.arguments)
            // A child that cannot take this line cannot take the next one either, and is found out there.
            _ = process.send(Array("\(settings.limits.line)\n".utf8))
        }

        func ask(_ request: [UInt8], within deadline: Duration) -> ImagingAnswer? {
            questions += 1
            guard process.send(request),
                let line = process.readLine(within: deadline, limit: ChildImagingReader.longestAnswer)
            else { return nil }
            return try? JSONDecoder().decode(ImagingAnswer.self, from: Data(line))
        }
    }
}

/// The other end of ``ChildImagingReader``: reads one line with limits, then one question for each line.
enum ImagingServer {
    /// Serves until the input ends. Call it first thing in a process that does nothing else.
    static func run() {
        InspectionServer.closeInheritedDescriptors()
        guard let limits = readLine().flatMap(InspectionLimits.init(line:)), limits.apply() else { return }
        while let line = readLine() {
            guard let question = try? JSONDecoder().decode(ImagingQuestion.self, from: Data(line.utf8)),
                let answer = try? JSONEncoder().encode(ImagingExamination.answer(question)),
                InspectionServer.write(Array(answer) + [UInt8(ascii: "\n")])
            else { return }
        }
    }
}
