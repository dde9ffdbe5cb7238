import Evaluation
import Foundation
import Pipeline

/// What `evaluate` writes and prints of one series.
struct SeriesEvaluationReport: Encodable {
    let segments: [SegmentEvaluation]
    let meanDiceAuto: Double
    let meanDiceTight: Double
    let notInReference: [String]
    let seg: String?
    let preview: String
    /// From reading the series to the written receipt.
    let secondsTotal: Double
    let secondsPerSlice: Double
    let peakMemoryMB: Double
    let tightBoxes: [TightBoxEvaluation]

    init(_ evaluation: SeriesEvaluation, receipt: Receipt, folder: String) {
        segments = evaluation.segments
        meanDiceAuto = evaluation.meanDiceAuto
        meanDiceTight = evaluation.meanDiceTight
        notInReference = evaluation.notInReference
        seg = receipt.segmentation.map { "\(folder)/\($0.file)" }
        preview = "\(folder)/\(AnnotationResult.FileName.preview)"
        secondsTotal = receipt.seconds.total
        secondsPerSlice = receipt.seconds.total / Double(max(1, receipt.series.frames.count))
        peakMemoryMB = receipt.peakMemoryMB
        tightBoxes = evaluation.tightBoxes
    }

    /// How good that is which was written; the table's mean counts what was not as 0.
    private var writtenText: String {
        let written = segments.filter { $0.volumeML > 0 }.map(\.diceAuto)
        guard !written.isEmpty else { return "none of \(segments.count) segments is written" }
        let mean = String(format: "%.2f", written.reduce(0, +) / Double(written.count))
        return "\(written.count) of \(segments.count) segments are written, mean Dice \(mean); none counts as 0 above"
    }

    /// For a terminal.
    var text: String {
        func two(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "–" }
        var table = TextTable(["segment", "Dice auto", "Dice tight", "box IoU", "cut px", "over px", "mL", "seconds"])
        for segment in segments {
            table.add([
                segment.label, segment.volumeML > 0 ? two(segment.diceAuto) : "none", two(segment.diceTight),
                two(segment.boxIoU),
                two(segment.boxInner),
                two(segment.boxOuter), String(format: "%.0f", segment.volumeML), two(segment.seconds),
            ])
        }
        table.add(["mean", two(meanDiceAuto), two(meanDiceTight), "–", "–", "–", "–", "–"])
        var lines = [table.text, writtenText]
        if !notInReference.isEmpty {
            lines.append("in the SEG, not in the reference: \(notInReference.joined(separator: ", "))")
        }
        lines.append(
            String(
                format: "%.1f s, %.2f s a slice, peak memory %.0f MB",
                secondsTotal,
                secondsPerSlice,
                peakMemoryMB
            )
        )
        lines.append("SEG      \(seg ?? "none")")
        lines.append("preview  \(preview)")
        return lines.joined(separator: "\n")
    }
}
