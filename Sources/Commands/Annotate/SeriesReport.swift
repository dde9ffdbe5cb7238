import DICOMFiles
import Foundation
import Pipeline

/// What `annotate` says of one series.
struct SeriesReport: Encodable {
    enum Status: String, Encodable {
        case annotated
        case needsPrompt = "needs-prompt"
        case unmatched
        case failed
    }

    struct Segment: Encodable {
        let label: String
        let volumeML: Double
        let slices: Int
        let touchesBorder: Bool
        let medianPredictedIoU: Double?
    }

    let seriesInstanceUID: String
    let status: Status
    let message: String?
    let segments: [Segment]
    let folder: String?
    let segmentation: String?
    let preview: String?
    let notFound: [Receipt.NotFound]
    let warnings: [String]
    let seconds: Double?

    init(_ series: ImageSeries, status: Status, message: String) {
        seriesInstanceUID = series.seriesInstanceUID
        self.status = status
        self.message = message
        segments = []
        folder = nil
        segmentation = nil
        preview = nil
        notFound = []
        warnings = []
        seconds = nil
    }

    init(_ series: ImageSeries, result: AnnotationResult, output: String) {
        let folder = "\(output)/\(result.folder)"
        seriesInstanceUID = series.seriesInstanceUID
        status = .annotated
        message = nil
        segments = result.measurements.rows.map { row in
            Segment(
                label: row.label,
                volumeML: row.volumeML,
                slices: row.slices,
                touchesBorder: row.touchesBorder,
                medianPredictedIoU: row.medianPredictedIoU
            )
        }
        self.folder = folder
        segmentation = result.receipt.segmentation.map { "\(folder)/\($0.file)" }
        preview = "\(folder)/\(AnnotationResult.FileName.preview)"
        notFound = result.receipt.notFound
        warnings = result.receipt.warnings
        seconds = result.receipt.seconds.total
    }

    /// For a terminal.
    var text: String {
        let head = "series \(seriesInstanceUID): \(status.rawValue)"
        guard status == .annotated else { return "\(head)\n\(message ?? "")" }
        var table = TextTable(["segment", "mL", "slices", "border", "predicted IoU"])
        for segment in segments {
            table.add([
                segment.label, String(format: "%.1f", segment.volumeML), "\(segment.slices)",
                segment.touchesBorder ? "touches" : "",
                segment.medianPredictedIoU.map { String(format: "%.2f", $0) } ?? "–",
            ])
        }
        var lines = [head, table.text]
        lines += notFound.map { "not found: \($0.label): \($0.reason)" }
        lines += warnings.map { "look at: \($0)" }
        lines.append("SEG      \(segmentation ?? "none: no segment was found")")
        lines.append("preview  \(preview ?? "")")
        if let seconds { lines.append(String(format: "%.1f s", seconds)) }
        return lines.joined(separator: "\n")
    }
}
