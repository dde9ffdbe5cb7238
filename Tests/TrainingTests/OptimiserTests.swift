import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Adam and AdamW")
struct OptimiserTests {
    // MARK: - Against PyTorch

    @Test("One step of Adam gives the reference's parameters", arguments: GoldenStep.all.map(\.name))
    func whenAdamSteps_thenParametersAreTheReferences(kind: String) throws {
        #expect(try Self.largestDifference(kind, prefix: "after_adam/", settings: .adam) < 5e-8)
    }

    @Test func whenAdamWDecaysAll_thenParametersAreTheReferences() throws {
        let settings = OptimiserSettings(rule: .adamW, weightDecay: 0.01, decaysVectors: true)
        #expect(try Self.largestDifference("box_first", prefix: "after_adamw/", settings: settings) < 5e-8)
    }

    private static func largestDifference(
        _ kind: String,
        prefix: String,
        settings: OptimiserSettings
    ) throws -> Float {
        let step = try GoldenStep.open("tiny_train_\(kind)")
        let weights = try GoldenStep.open("tiny_weights").namedTensors().tensors
        let names = step.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        try #require(names.count > 10)
        var optimiser = Optimiser(NamedTensors(weights.filter { names.contains($0.key) }), settings: settings)
        var gradients: [String: Tensor] = [:]
        for name in names { gradients[name] = try step.tensor("grad/\(name)") }
        optimiser.step(gradients, learningRate: 1e-4)
        var largest: Float = 0
        for name in names {
            let expected = try step.tensor(prefix + name)
            let found = try #require(optimiser.parameters.tensors[name])
            largest = zip(expected.values, found.values).reduce(largest) { max($0, abs($1.0 - $1.1)) }
        }
        return largest
    }

    private static let start: [Float] = [0.5, -1.25, 2, 0, 1e-3, -3]

    private static func gradient(_ step: Int) -> Tensor {
        let t = Float(step)
        let sign: Float = step.isMultiple(of: 2) ? 1 : -1
        let values = [
            0.1 * (t + 1), -0.02 * sign, 1e-4 * (t + 1) * (t + 1), step == 2 ? 3 : 0, -5e-3, 0.7 - 0.3 * t,
        ]
        return Tensor(values, shape: [2, 3])
    }

    /// Five steps with a rate of 0.01, computed by torch 2.13 on the CPU: Adam and AdamW with a decay of 0.1 and no gradient
    /// in the fourth step; AdamW with its own decay of 0.01 and a norm of at most ½.
    private static let known: [(settings: OptimiserSettings, pause: Int?, norm: Double?, values: [Float])] = [
        (
            OptimiserSettings(rule: .adam, weightDecay: 0.1), 3, nil,
            [0.460811973, -1.21036947, 1.96000457, -0.0116196703, 0.0396567211, -3.01738667]
        ),
        (
            OptimiserSettings(rule: .adamW, weightDecay: 0.1), 3, nil,
            [0.459476560, -1.22691894, 1.95655990, -0.0116145210, 0.0409359671, -3.01814127]
        ),
        (
            .adamW, nil, 0.5,
            [0.454738170, -1.24763429, 1.95649874, -0.0160419922, 0.0476683304, -3.03124213]
        ),
    ]

    @Test("Several steps give PyTorch's parameters", arguments: known.indices)
    func whenSeveralStepsAreTaken_thenParametersArePyTorchs(index: Int) throws {
        let known = Self.known[index]
        var optimiser = Optimiser(
            NamedTensors(["w": Tensor(Self.start, shape: [2, 3])]),
            settings: known.settings
        )
        for step in 0..<5 {
            let gradients = step == known.pause ? [:] : ["w": Self.gradient(step)]
            optimiser.step(gradients, learningRate: 1e-2, clippingNorm: known.norm)
        }
        let found = try #require(optimiser.parameters.tensors["w"]).values
        for (found, expected) in zip(found, known.values) { #expect(abs(found - expected) < 5e-7) }
    }

    // MARK: - Against the definition

    /// The definition in double precision, element by element.
    private struct NaiveAdam {
        var parameter: Double
        var mean = 0.0
        var square = 0.0
        var steps = 0

        mutating func step(_ gradient: Double, rate: Double, decay: Double) {
            steps += 1
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.999 * square + 0.001 * gradient * gradient
            var (meanFactor, squareFactor) = (1.0, 1.0)
            for _ in 0..<steps { (meanFactor, squareFactor) = (meanFactor * 0.9, squareFactor * 0.999) }
            let corrected = (mean / (1 - meanFactor), square / (1 - squareFactor))
            parameter = parameter * (1 - rate * decay) - rate * corrected.0 / (corrected.1.squareRoot() + 1e-8)
        }
    }

    @Test func whenManyValuesStep_thenEachIsTheDefinitions() throws {
        // Longer than a block of threads, and no multiple of the lanes.
        let count = 70_003
        let start = GradientCheck.noise([7, count / 7 + 1], seed: 1)
        var optimiser = Optimiser(NamedTensors(["w": start]), settings: .adamW, averageDecay: 0.9)
        var naive = start.values.map { NaiveAdam(parameter: Double($0)) }
        for step in 0..<3 {
            let gradient = GradientCheck.noise(start.shape, seed: 10 + UInt64(step))
            optimiser.step(["w": gradient], learningRate: 1e-2)
            for (index, value) in gradient.values.enumerated() {
                naive[index].step(Double(value), rate: 1e-2, decay: 0.01)
            }
        }
        let found = try #require(optimiser.parameters.tensors["w"]).values
        let worst = zip(found, naive).map { abs(Double($0) - $1.parameter) }.max() ?? .infinity
        #expect(worst < 1e-6)
    }

    @Test func whenThreadsDiffer_thenParametersAreTheSameBitForBit() {
        func run(threads: Int) -> [Float] {
            let before = ComputeThreads.count
            ComputeThreads.use(threads)
            defer { ComputeThreads.use(before) }
            let start = GradientCheck.noise([300, 301], seed: 3)
            var optimiser = Optimiser(NamedTensors(["w": start]), settings: .adamW, averageDecay: 0.9)
            for step in 0..<2 {
                let gradient = GradientCheck.noise(start.shape, seed: UInt64(step))
                optimiser.step(["w": gradient], learningRate: 1e-3, clippingNorm: 1)
            }
            return (optimiser.parameters.tensors["w"]?.values ?? []) + (optimiser.averages.tensors["w"]?.values ?? [])
        }
        let one = run(threads: 1)
        #expect(one.count == 2 * 300 * 301)
        #expect(one == run(threads: 3))
    }

    // MARK: - Rules

    @Test func whenAParameterHasNoGradient_thenItStaysAndSoDoItsMoments() throws {
        let start = NamedTensors(["a": Tensor([1, 2], shape: [2]), "b": Tensor([3, 4], shape: [2])])
        var optimiser = Optimiser(start, settings: .adam)
        optimiser.step(["a": Tensor([1, 1], shape: [2])], learningRate: 0.1)
        #expect(optimiser.parameters.tensors["b"]?.values == [3, 4])
        // The first gradient it ever gets moves it by the whole rate, as the very first step does.
        optimiser.step(["b": Tensor([5, -5], shape: [2])], learningRate: 0.1)
        let moved = try #require(optimiser.parameters.tensors["b"]).values
        #expect(abs(moved[0] - 2.9) < 1e-5 && abs(moved[1] - 4.1) < 1e-5)
    }

    @Test func whenOnlyMatricesDecay_thenVectorsKeepTheirLength() {
        let start = NamedTensors(["matrix": Tensor([1, 1], shape: [1, 2]), "vector": Tensor([1, 1], shape: [2])])
        var optimiser = Optimiser(start, settings: OptimiserSettings(weightDecay: 0.5))
        let zero = Tensor(zeros: [2])
        optimiser.step(["matrix": zero.reshaped([1, 2]), "vector": zero], learningRate: 0.1)
        #expect(optimiser.parameters.tensors["vector"]?.values == [1, 1])
        #expect(optimiser.parameters.tensors["matrix"]?.values == [0.95, 0.95])
    }

    @Test func whenAGradientIsNotFinite_thenNothingChanges() {
        let start = NamedTensors(["a": Tensor([1, 2], shape: [2]), "b": Tensor([3], shape: [1])])
        var optimiser = Optimiser(start, settings: .adam, averageDecay: 0.5)
        let report = optimiser.step(
            ["a": Tensor([.nan, 1], shape: [2]), "b": Tensor([1], shape: [1])],
            learningRate: 0.1
        )
        #expect(!report.isTaken)
        #expect(optimiser.stepCount == 0)
        #expect(optimiser.parameters.tensors["a"]?.values == [1, 2])
        #expect(optimiser.averages.tensors["b"]?.values == [3])
    }

    @Test func whenAnAverageIsKept_thenItFollowsAsTheFormulaSays() throws {
        var optimiser = Optimiser(
            NamedTensors(["a": Tensor([1], shape: [1]), "b": Tensor([1], shape: [1])]),
            settings: .adam,
            averageDecay: 0.15
        )
        var average = 1.0
        for step in 0..<4 {
            optimiser.step(["a": Tensor([1], shape: [1])], learningRate: 0.1)
            let decay = min(0.15, Double(1 + step) / Double(10 + step))
            let parameter = try #require(optimiser.parameters.tensors["a"]).values[0]
            average = decay * average + (1 - decay) * Double(parameter)
        }
        let found = try #require(optimiser.averages.tensors["a"]).values[0]
        #expect(abs(Double(found) - average) < 1e-6)
        #expect(found < 0.9)
        #expect(optimiser.averages.tensors["b"]?.values == [1])
    }

    @Test func whenStepsAreTaken_thenParametersStayWhereTheyAre() {
        func addresses(_ optimiser: Optimiser) -> [UnsafePointer<Float>?] {
            optimiser.states.flatMap { state in
                [state.parameter, state.mean, state.square, state.average].compactMap { $0 }
                    .map { $0.withUnsafeBufferPointer(\.baseAddress) }
            }
        }
        let start = NamedTensors(["w": GradientCheck.noise([64, 64], seed: 1)])
        var optimiser = Optimiser(start, settings: .adamW, averageDecay: 0.9)
        let gradient = GradientCheck.noise([64, 64], seed: 2)
        optimiser.step(["w": gradient], learningRate: 1e-3)
        let before = addresses(optimiser)
        optimiser.step(["w": gradient], learningRate: 1e-3)
        #expect(before.count == 4)
        #expect(addresses(optimiser) == before)
    }

    // MARK: - Learning rate

    @Test func whenARunWarmsUp_thenTheRateRisesAndThenFallsAlongACosine() {
        let schedule = LearningRateSchedule(peak: 1, warmUpSteps: 4, finalFraction: 0.1)
        let rates = (0..<24).map { schedule.rate(at: $0, of: 24) }
        #expect(rates.prefix(4) == [0.25, 0.5, 0.75, 1])
        #expect(rates[4] == 1)
        #expect(abs(rates[14] - 0.55) < 1e-12)
        #expect(zip(rates.dropFirst(4), rates.dropFirst(5)).allSatisfy { $0 > $1 })
        #expect(abs(schedule.rate(at: 24, of: 24) - 0.1) < 1e-12)
    }
}
