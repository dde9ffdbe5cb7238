import DurableFiles
import Foundation
import Glibc
import Ingest

/// Reads in a child process with limits, one for each question: a file that crashes the parser, or never lets it come
/// back, costs a child and not the service.
package struct ChildCorrectionReader: CorrectionReader {
    /// How children are started and what they may do.
    package struct Settings: Sendable, Hashable {
        /// The full path of a program that runs ``CorrectionServer``, for example `preread`.
        package var executable: String
        package var arguments: [String]
        /// The longest time for one question; a comparison reads and hashes every image of the series.
        package var deadline: Duration = .seconds(300)
        package var limits = InspectionLimits()

        package init(executable: String, arguments: [String]) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    /// The longest answer: what a segmentation with a thousand segments on 20,000 images says is smaller.
    private static let longestAnswer = 64 << 20

    private let settings: Settings
    private let work = BlockingWork(name: "corrections")

    package init(_ settings: Settings) {
        // A child that died must show as a failed write, not as a signal. See: 'man 7 signal'.
        signal(SIGPIPE, SIG_IGN)
        self.settings = settings
    }

    package func describe(_ file: RawPath) async -> CorrectionAnswer<DescribedSegmentation> {
        await ask(.describe(file))
    }

    package func compare(_ request: ComparisonRequest) async -> CorrectionAnswer<SegmentationComparison> {
        await ask(.compare(request))
    }

    private func ask<Value>(_ question: CorrectionQuestion) async -> CorrectionAnswer<Value> {
        let settings = settings
        return await work.run {
            var child: ChildProcess
            do throws(FileError) {
                child = try ChildProcess(executable: settings.executable, arguments: settings.arguments)
            } catch {
                // No verdict on the file: whatever keeps children from starting will pass or be repaired.
                return .unavailable("\(error)")
            }
            guard let line = try? JSONEncoder().encode(question) else { return .unavailable("the question") }
            let request = Array("\(settings.limits.line)\n".utf8) + Array(line) + [UInt8(ascii: "\n")]
            guard child.send(request),
                let answer = child.readLine(within: settings.deadline, limit: Self.longestAnswer),
                let found = try? JSONDecoder().decode(CorrectionAnswer<Value>.self, from: Data(answer))
            else { return .refused(.unreadable, detail: "the parser died or took too long") }
            return found
        }
    }
}
