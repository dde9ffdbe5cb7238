import Foundation
import Training

/// Shows a training run: a bar on a terminal, plain lines elsewhere, or every event as a line of JSON.
final class TrainingDisplay {
    private let json: Bool
    private var bars: [TrainingProgress.Phase: ProgressBar] = [:]

    init(json: Bool) {
        self.json = json
    }

    func show(_ event: TrainingProgress) {
        guard !json else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // Written at once: whoever reads along waits for it.
            if let line = try? encoder.encode(event) { FileHandle.standardOutput.write(line + Data("\n".utf8)) }
            return
        }
        switch event.phase {
        case .preparing:
            if let slices = event.slices, slices.count == 2 {
                bar("slices", .preparing).update(done: slices[0], of: slices[1])
            }
        case .training: bar("steps", .training).update(done: event.step, of: event.steps)
        case .validating:
            if let score = event.validation {
                let best = event.isBest == true ? ", the best so far" : ""
                let dice = score.meanDice.formatted(.number.precision(.fractionLength(4)))
                StandardError.print("step \(event.step): validation Dice \(dice)\(best)")
            }
        case .saving, .finished: break
        }
    }

    func finish() { for bar in bars.values { bar.finish() } }

    private func bar(_ title: String, _ phase: TrainingProgress.Phase) -> ProgressBar {
        if let bar = bars[phase] { return bar }
        let bar = ProgressBar(title)
        bars[phase] = bar
        return bar
    }
}
