import Atlas
import DICOMSegmentation
import Geometry
import Pipeline
import SegmentAnything

/// Tries an atlas on a scan of another patient: boxes, the network's masks, what would be emitted, and how good it is.
public struct AtlasTrial {
    /// One structure that is tried.
    public struct Structure: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its number in the atlas.
        public let atlasLabel: UInt16
        /// Its number in the reference labels.
        public let referenceLabel: UInt16
        /// When its masks count.
        public let rule: ConfidenceRule

        /// A structure from its parts.
        public init(name: String, atlasLabel: UInt16, referenceLabel: UInt16, rule: ConfidenceRule = ConfidenceRule()) {
            self.name = name
            self.atlasLabel = atlasLabel
            self.referenceLabel = referenceLabel
            self.rule = rule
        }
    }

    /// What is tried.
    public let atlas: Atlas
    /// In the order of the report.
    public let structures: [Structure]
    /// The network; `nil` measures boxes and priors alone.
    public let network: (any SegmentationModel)?
    /// How modality values become bytes.
    public let intensity: IntensityStatistics.Rule
    /// How the atlas is laid over the scan.
    public var registration = AtlasRegistration()
    /// Further atlases that vote; one that does not fit the scan has no vote.
    public var others: [Atlas] = []
    /// How priors become boxes.
    public var boxes = BoxPlanner.Options()

    /// A trial from its parts.
    public init(
        atlas: Atlas,
        structures: [Structure],
        network: (any SegmentationModel)?,
        intensity: IntensityStatistics.Rule
    ) {
        self.atlas = atlas
        self.structures = structures
        self.network = network
        self.intensity = intensity
    }

    /// Runs the trial; throws what the network throws and what makes a target unusable.
    public func run(_ series: TrialSeries) throws -> AtlasTrialReport {
        var report = AtlasTrialReport()
        let start = ContinuousClock.now
        let target = try AtlasTarget(stack: series.stack, modality: series.modality) { series.values[$0] }
        let alignment: AtlasAlignment
        do {
            alignment = try registration.register(target, to: atlas)
        } catch {
            report.refusal = .init(code: error.reasonCode, message: error.description)
            return report
        }
        let others = others.compactMap { try? registration.register(target, to: $0) }
        guard let vote = AtlasVote([alignment] + others) else { return report }
        let planner = BoxPlanner(vote, labels: structures.map(\.atlasLabel), options: boxes)
        let plans = structures.map { Plan($0, planner: planner, series: series) }
        let elapsed = start.duration(to: .now).components
        report.secondsToBoxes = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        report.scores = [
            "level": alignment.score, "likeness": alignment.similarity, "width": alignment.widthRatio,
            "depth": alignment.depthRatio, "atlases": Double(vote.alignments.count),
        ]
        let answers = try ask(plans, series)
        report.structures = zip(plans, answers).compactMap { plan, answers in
            let structure = Self.structure(plan, answers, series)
            return structure.slices.isEmpty ? nil : structure
        }
        return report
    }

    /// Boxes, priors and truth of one structure.
    private struct Plan {
        let structure: Structure
        let boxes: [Int: SliceBox]
        let priors: [Int: FrameMask]
        let truth: [Int: FrameMask]
        let tight: [Int: PixelBox]

        init(_ structure: Structure, planner: BoxPlanner, series: TrialSeries) {
            let (rows, columns) = (series.stack.rows, series.stack.columns)
            let found = planner.boxes(of: structure.atlasLabel) { _, mask in
                FrameMask(rows: rows, columns: columns, pixels: mask)
            }
            var truth: [Int: FrameMask] = [:]
            var tight: [Int: PixelBox] = [:]
            for slice in series.values.indices {
                guard let mask = series.reference.mask(of: structure.referenceLabel, slice: slice) else { continue }
                truth[slice] = FrameMask(rows: rows, columns: columns, pixels: mask)
                tight[slice] = PixelBox(of: mask, columns: columns, rows: rows)
            }
            self.structure = structure
            boxes = Dictionary(uniqueKeysWithValues: found.boxes.slices.map { ($0.slice, $0) })
            priors = found.kept
            self.truth = truth
            self.tight = tight
        }
    }

    /// The network's masks of one structure by slice.
    private struct Answers {
        var automatic: [Int: (mask: FrameMask, predictedIoU: Double)] = [:]
        var tight: [Int: FrameMask] = [:]
    }

    private func ask(_ plans: [Plan], _ series: TrialSeries) throws -> [Answers] {
        var answers = [Answers](repeating: Answers(), count: plans.count)
        guard let network else { return answers }
        for (slice, image) in series.images(intensity).enumerated() {
            var prompts: [Prompt] = []
            var places: [(plan: Int, isTight: Bool)] = []
            for (index, plan) in plans.enumerated() {
                for (box, isTight) in [(plan.boxes[slice]?.box, false), (plan.tight[slice], true)] {
                    guard let box else { continue }
                    prompts.append(Prompt(box: .init(x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1)))
                    places.append((index, isTight))
                }
            }
            guard !prompts.isEmpty else { continue }
            let predictions = try network.decode(prompts, on: try network.encode(image))
            for (place, prediction) in zip(places, predictions) {
                let mask = FrameMask(rows: image.rows, columns: image.columns, pixels: prediction.pixels)
                if place.isTight {
                    answers[place.plan].tight[slice] = mask
                } else {
                    answers[place.plan].automatic[slice] = (mask, Double(prediction.predictedIoU))
                }
            }
        }
        return answers
    }

    private static func structure(
        _ plan: Plan,
        _ answers: Answers,
        _ series: TrialSeries
    ) -> AtlasTrialReport.Structure {
        let evidence = plan.boxes.keys.sorted().compactMap { slice in
            answers.automatic[slice].map {
                SliceEvidence(
                    slice: slice,
                    network: $0.mask,
                    predictedIoU: $0.predictedIoU,
                    prior: plan.priors[slice]
                )
            }
        }
        let decision = SegmentDecision(evidence, rule: plan.structure.rule)
        let decided = Dictionary(uniqueKeysWithValues: decision.slices.map { ($0.slice, $0) })
        let known = Dictionary(uniqueKeysWithValues: evidence.map { ($0.slice, $0) })
        let scale = 256 / Double(max(series.stack.rows, series.stack.columns))
        let slices = Set(plan.boxes.keys).union(plan.truth.keys).sorted().map { slice -> AtlasTrialReport.Slice in
            let truth = plan.truth[slice]
            func dice(_ mask: FrameMask?) -> Double {
                guard let truth, let mask else { return 0 }
                return mask.dice(with: truth)
            }
            let error = plan.tight[slice].flatMap { tight in
                plan.boxes[slice].map { BoxError(of: $0.box, against: tight) }
            }
            return AtlasTrialReport.Slice(
                slice: slice,
                dice: dice(decided[slice]?.mask),
                diceNetwork: dice(known[slice]?.network),
                dicePrior: dice(plan.priors[slice]),
                diceTight: truth == nil ? nil : dice(answers.tight[slice]),
                diceBoxFill: plan.tight[slice].map { dice(Self.filled($0, series.stack)) },
                origin: decided[slice]?.origin,
                predictedIoU: known[slice]?.predictedIoU,
                agreement: known[slice]?.agreement,
                inner: error?.inner.map { $0 * scale } ?? [],
                outer: error?.outer.map { $0 * scale } ?? [],
                boxIoU: truth == nil ? nil : error?.intersectionOverUnion ?? 0
            )
        }
        return AtlasTrialReport.Structure(
            name: plan.structure.name,
            slices: slices,
            confidence: decision.confidence,
            isEmitted: decision.isEmitted
        )
    }

    /// The pixels whose centres lie in a box.
    private static func filled(_ box: PixelBox, _ stack: SliceStack) -> FrameMask {
        var pixels = [UInt8](repeating: 0, count: stack.rows * stack.columns)
        for row in 0..<stack.rows where Double(row) + 0.5 > box.y0 && Double(row) + 0.5 < box.y1 {
            for column in 0..<stack.columns where Double(column) + 0.5 > box.x0 && Double(column) + 0.5 < box.x1 {
                pixels[row * stack.columns + column] = 1
            }
        }
        return FrameMask(rows: stack.rows, columns: stack.columns, pixels: pixels)
    }
}
