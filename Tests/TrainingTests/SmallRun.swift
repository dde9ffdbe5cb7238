import Checkpoints
import DurableFiles
import Foundation
import SAMMed2D
import SegmentAnything
import Tensors

@testable import Training

/// A run that takes seconds: the reference's small SAM-Med2D on drawn discs and bars.
struct SmallRun {
    var configuration: TrainingConfiguration
    var training: SamplesInMemory
    var validation: SamplesInMemory?
    var testPatients: Set<String> = []
    let weights: NamedTensors
    let model: SAMMed2DModel

    init(scope: TrainingScope = .decoder, steps: Int = 4) throws {
        weights = try GoldenStep.open("tiny_weights").namedTensors()
        model = try SAMMed2DModel(weights)
        var prompts = PromptRecipe.samMed2D
        prompts.promptsPerImage = 3
        prompts.rounds = 3
        var configuration = TrainingConfiguration(scope: scope, prompts: prompts, loss: .samMed2D, optimiser: .adamW)
        configuration.steps = steps
        configuration.seed = 7
        configuration.learningRate = LearningRateSchedule(peak: 1e-3, warmUpSteps: 2)
        // Every validation counts as the best, so that the weights of the last are handed out.
        configuration.validation = ValidationSettings(everySteps: 2, patience: nil, smallestGain: -2)
        configuration.augmentation.keptVariants = 1
        configuration.minimum = MinimumCounts(cases: 1, slicesPerSegment: 1)
        configuration.averageDecay = 0.8
        configuration.cacheMemory = 1 << 20
        configuration.stepsBetweenCheckpoints = 1
        self.configuration = configuration
        training = Self.samples(patients: 0..<3)
        validation = Self.samples(patients: 10..<11)
    }

    /// Two slices for each patient, with a disc and, in every second one, a bar.
    static func samples(patients: Range<Int>, slices: Int = 2) -> SamplesInMemory {
        SamplesInMemory(
            patients.flatMap { patient in
                (0..<slices).map { slice in
                    let structures = slice.isMultiple(of: 2) ? ["disc", "bar"] : ["disc"]
                    return (
                        SampleEntry(
                            caseID: "case-\(patient)",
                            patientKey: "patient-\(patient)",
                            sliceID: "slice-\(slice)",
                            segments: structures,
                            origin: patient.isMultiple(of: 2) ? .corrected : .acceptedUnchanged
                        ),
                        drawing(number: patient * 5 + slice, structures)
                    )
                }
            }
        )
    }

    static let rows = 72
    static let columns = 90

    static func drawing(number: Int, _ structures: [String]) -> TrainingSample {
        var random = CounterRandom(seed: 5, step: number, item: 0, purpose: .sampling)
        var pixels = (0..<rows * columns).map { _ in UInt8(30 + random.index(below: 20)) }
        var masks: [TrainingSample.Structure] = []
        for name in structures {
            let (x, y) = (random.uniform(25, 65), random.uniform(25, 45))
            let (wide, high) = name == "disc" ? (12.0, 12.0) : (5.0, 18.0)
            let mask = (0..<rows * columns).map { index -> Bool in
                let (dx, dy) = (Double(index % columns) - x, Double(index / columns) - y)
                return name == "disc"
                    ? dx * dx / (wide * wide) + dy * dy / (high * high) < 1 : abs(dx) < wide && abs(dy) < high
            }
            for index in mask.indices where mask[index] { pixels[index] = name == "disc" ? 180 : 110 }
            masks.append(TrainingSample.Structure(segment: name, mask: mask))
        }
        return TrainingSample(image: SliceImage(rows: rows, columns: columns, pixels: pixels), structures: masks)
    }

    func run(in folder: URL) -> TrainingRun {
        TrainingRun(
            model: model,
            parameters: weights,
            data: TrainingData(training: training, validation: validation, testPatients: testPatients),
            configuration: configuration,
            folder: RawPath(folder.path)
        )
    }
}

extension TrainingResult {
    /// The bits of all weights.
    var bits: [String: [UInt32]]? { weights?.tensors.mapValues { $0.values.map(\.bitPattern) } }
}
