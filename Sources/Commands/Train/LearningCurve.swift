import DurableFiles
import Foundation
import Training

/// How a run learnt so far, as points of curves.
struct LearningCurve: Sendable, Hashable {
    /// Steps that are done.
    var step = 0
    var secondsLeft: Double?
    /// Step and loss, ascending.
    var loss: [[Double]] = []
    /// Step and mean Dice, ascending.
    var validation: [[Double]] = []

    /// More points than a screen has room for.
    static let points = 400

    /// The curve of every event of a run.
    init(_ events: [TrainingProgress]) {
        for event in events {
            step = max(step, event.step)
            if event.phase == .training {
                secondsLeft = event.secondsLeft
                if let value = event.loss?.total { loss.append([Double(event.step), value]) }
            }
            if let score = event.validation { validation.append([Double(event.step), score.meanDice]) }
        }
        loss = Self.thinned(loss)
    }

    /// The few points that a run's summary keeps.
    init(_ summary: TrainingSummary) {
        step = summary.steps
        loss = summary.curve.compactMap { point in point.loss.map { [Double(point.step), $0.total] } }
        validation = summary.curve.map { [Double($0.step), $0.score.meanDice] }
    }

    /// Nothing was learnt yet.
    init() {}

    /// Means of neighbours where there are more points than anybody can see: the last step of each group, and the mean of
    /// its values.
    private static func thinned(_ values: [[Double]]) -> [[Double]] {
        guard values.count > points else { return values }
        let group = (values.count + points - 1) / points
        return stride(from: 0, to: values.count, by: group).map { first in
            let part = values[first..<min(first + group, values.count)]
            return [part[part.endIndex - 1][0], part.reduce(0) { $0 + $1[1] } / Double(part.count)]
        }
    }
}

extension TrainingFolder {
    /// Every point of a run's curves that its progress file has; the summary's where there is none.
    func curve(of run: Run) throws -> LearningCurve {
        for path in [run.progress, run.state.appending(Run.progressName)] where try exists(path) {
            return LearningCurve(ProgressLog(path).events())
        }
        return try shortCurve(of: run)
    }

    /// The few points of a run's summary, which is quickly read.
    func shortCurve(of run: Run) throws -> LearningCurve {
        guard try exists(run.summary) else { return LearningCurve() }
        let bytes = try ReadOnlyFile(run.summary, subject: "summary.json").readAll(limit: 1 << 26)
        return (try? JSONDecoder().decode(TrainingSummary.self, from: Data(bytes))).map { LearningCurve($0) }
            ?? LearningCurve()
    }
}
