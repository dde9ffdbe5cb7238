import Foundation
import Glibc

/// Shows how far a long step is: one moving line on a terminal, plain lines every tenth otherwise, nothing for `--json`.
///
/// Writes to standard error, so that standard output stays clean for results.
final class ProgressBar {
    private let title: String
    private let isTerminal: Bool
    private let isQuiet: Bool
    private let started = ContinuousClock.now
    private var lastTenth = -1
    private var lastDrawn: ContinuousClock.Instant?

    init(_ title: String, quiet: Bool = false) {
        self.title = title
        isQuiet = quiet
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Shows that `done` of `total` steps are finished.
    func update(done: Int, of total: Int) {
        guard !isQuiet, total > 0 else { return }
        if isTerminal {
            let now = ContinuousClock.now
            if done < total, let lastDrawn, lastDrawn.duration(to: now) < .milliseconds(50) { return }
            lastDrawn = now
            let width = 30
            let filled = min(width, width * done / total)
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
            write("\r\(title) \(bar) \(done)/\(total)  \(remaining(done, of: total))\u{1B}[K")
        } else {
            let tenth = done * 10 / total
            guard tenth > lastTenth else { return }
            lastTenth = tenth
            write("\(title): \(done) of \(total)\n")
        }
    }

    /// Ends the line.
    func finish() {
        if !isQuiet, isTerminal { write("\r\u{1B}[K") }
    }

    private func remaining(_ done: Int, of total: Int) -> String {
        guard done > 0, done < total else { return "" }
        let elapsed = started.duration(to: .now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        return "\(Int((seconds / Double(done) * Double(total - done)).rounded(.up))) s left"
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
