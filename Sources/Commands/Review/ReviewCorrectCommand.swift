import ArgumentParser
import DurableFiles
import Glibc

/// Hands in corrected segmentations.
struct ReviewCorrectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct",
        abstract: "Hand in corrected DICOM-SEG files; one without a change accepts its result.",
        discussion: """
            A file is copied and stays as it is. Ends with status 1 when one is held; 'review corrections' says why.
            """
    )

    @Argument(help: "DICOM-SEG files.")
    var files: [String]

    @Flag(help: "Match segments by their numbers where neither Tracking UID nor code does: you have made sure that they agree.")
    var byNumber = false

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var site: SiteOptions

    func run() async throws {
        let site = try site.load()
        var outcomes: [DeedOutcome] = []
        for file in files {
            let deed = SiteDeed.correct(file: absolute(file).bytes, matchingByNumber: byNumber)
            outcomes.append(try await SiteDecision.make(deed, at: site, by: reviewer.name))
        }
        if reviewer.json {
            try JSONOutput.print(outcomes)
        } else {
            for outcome in outcomes { print(outcome.message) }
        }
        let worst = outcomes.map(\.status).max() ?? 0
        if let status = ExitStatus(rawValue: worst), status != .done { throw CommandFailure(status) }
    }

    /// The arguments of the process are bytes, and names of files need not be text.
    private func absolute(_ file: String) -> RawPath {
        let name = CommandLine.rawArguments.first { String(decoding: $0, as: UTF8.self) == file }
        return name.map { RawPath(bytes: $0) } ?? RawPath(file)
    }
}

extension CommandLine {
    /// The arguments as the kernel handed them over.
    fileprivate static var rawArguments: [[UInt8]] {
        (0..<Int(argc)).compactMap { index in
            unsafeArgv[index].map { word in
                Array(UnsafeRawBufferPointer(start: word, count: strlen(word)))
            }
        }
    }
}
