import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Profiles
import SegmentAnything

/// Writes the results of one series: SEG, measurements, priors, preview, and the receipt last, because it names the SEG's digest.
struct ResultWriter {
    let request: AnnotationRequest
    let volume: ImageVolume
    let plan: PromptPlan
    let results: [SegmentResult]
    let output: RawPath
    var scalings: [IntensityScaling] = []
    /// Where the masks lie that the results are made from.
    var scratch: MaskScratch?

    init(
        request: AnnotationRequest,
        volume: ImageVolume,
        plan: PromptPlan,
        results: [SegmentResult],
        output: RawPath
    ) {
        self.request = request
        self.volume = volume
        self.plan = plan
        self.results = results
        self.output = output
    }

    /// Writes everything; after this returns all files are durable.
    func write(
        preview: PreviewCollector,
        seconds: Receipt.Seconds,
        start: ContinuousClock.Instant
    ) throws -> AnnotationResult {
        let folder = try makeFolder()
        var seconds = seconds
        let (segmentation, writing) = try Stopwatch.measure { try writeSegmentation(into: folder) }
        let measurements = MeasurementTable(rows: results.filter { !$0.mask.isEmpty }.map(measure))
        try AtomicFile.write(
            Array(measurements.csv.utf8),
            to: folder.appending(AnnotationResult.FileName.measurements),
            subject: "measurements"
        )
        try writePriors(into: folder)
        try writeProposedPrompts(into: folder)
        try writePreview(preview, measurements, into: folder)
        seconds.write = writing
        seconds.total = Stopwatch.seconds(since: start)
        try scratch?.check()
        let receipt = ReceiptAssembly(writer: self, segmentation: segmentation).receipt(measurements, seconds)
        try AtomicFile.write(
            try receipt.jsonBytes(),
            to: folder.appending(AnnotationResult.FileName.receipt),
            subject: "receipt"
        )
        return AnnotationResult(folder: name, receipt: receipt, measurements: measurements)
    }

    /// Writes what a person needs who prompts a series of which nothing is good enough: boxes, priors and preview, and
    /// neither a SEG nor a receipt.
    func writeProposal(preview: PreviewCollector) throws {
        let folder = try makeFolder()
        try writePriors(into: folder)
        try writeProposedPrompts(into: folder)
        try writePreview(preview, MeasurementTable(rows: []), into: folder)
    }

    /// The folder below the output folder: the same for the same input.
    private var name: String {
        "\(request.series.seriesInstanceUID)/\(sourceName)-\(request.key(of: volume).hex.prefix(12))"
    }

    private func makeFolder() throws -> RawPath {
        let folder = output.appending(name)
        try AtomicFile.createFolder(folder)
        try AtomicFile.sweepTemporaries(in: folder)
        return folder
    }

    private func writeProposedPrompts(into folder: RawPath) throws {
        guard let proposed = ProposedPrompts(results, on: volume) else { return }
        try AtomicFile.write(
            try proposed.jsonBytes(),
            to: folder.appending(AnnotationResult.FileName.proposedPrompts),
            subject: "proposed prompts"
        )
    }

    /// The profile's id, or `prompts`.
    private var sourceName: String {
        switch request.source {
        case .profile(let profile, _): profile.id
        case .prompts: "prompts"
        }
    }

    private func measure(_ result: SegmentResult) -> MeasurementTable.Row {
        MeasurementTable.Row(
            label: result.segment.label,
            mask: result.mask,
            stack: volume.stack,
            singlePlaneThickness: volume.sliceExtent,
            predictedIoUs: result.answers.map(\.predictedIoU)
        )
    }

    private func writeSegmentation(into folder: RawPath) throws -> EncodedSegmentation? {
        let request = SegmentationAssembly(writer: self).request()
        let path = folder.appending(AnnotationResult.FileName.segmentation)
        // The folder's name follows from the input, so a file that is there is this very result from an earlier run.
        switch try SegmentationWriter.write(request, to: path, existing: .replace) {
        case .encoded(let segmentation): return segmentation
        case .nothingFound: return nil
        }
    }

    private func writePriors(into folder: RawPath) throws {
        guard !plan.priors.isEmpty else { return }
        let masks = plan.priors.sorted { $0.key < $1.key }.map { (plan.segments[$0.key].trackingID, $0.value) }
        try AtomicFile.write(
            try MaskCollection(masks, on: volume).jsonBytes(),
            to: folder.appending(AnnotationResult.FileName.priors),
            subject: "priors"
        )
    }

    private func writePreview(
        _ preview: PreviewCollector,
        _ measurements: MeasurementTable,
        into folder: RawPath
    ) throws {
        let found = results.filter { !$0.mask.isEmpty }
        let slices = preview.chosen.compactMap { slice in
            preview.grey[slice].map { grey in
                PreviewSheet.Slice(
                    plane: volume.stack.planes[slice],
                    grey: grey,
                    masks: found.map { $0.mask[slice]?.unpacked() }
                )
            }
        }
        let legend = zip(found, measurements.rows).map { result, row in
            PreviewSheet.LegendEntry(
                label: result.segment.label,
                detail: String(format: "%.1f ML", row.volumeML) + (row.touchesBorder ? ", TOUCHES BORDER" : ""),
                colour: result.segment.colour
            )
        }
        let title = "\(sourceName)  \(volume.count) slices  \(request.model.name)"
        guard let bytes = PreviewSheet(slices: slices, legend: legend, title: title).image().pngBytes() else {
            throw AnnotationError.output("the preview could not be encoded as PNG")
        }
        try AtomicFile.write(
            bytes,
            to: folder.appending(AnnotationResult.FileName.preview),
            subject: "preview"
        )
    }
}
