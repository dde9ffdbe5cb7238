/// Which prompts a network learns from, in which order.
///
/// SAM-Med2D's recipe (Cheng et al. 2023): every batch begins with a box or with one point, then come rounds on the same
/// image embedding with points where the previous mask was wrong and that mask as a prompt, two of them with the mask
/// alone. What its published code gets wrong is not repeated:
///
/// - It wraps the point embeddings anew in every call, so that the optimiser never moves them, and runs the prompt encoder
///   of all later rounds without gradients, so that its mask path never learns. Here parameters are leaves by name, and all
///   of the scope's learn wherever they are used.
/// - It shifts whole boxes by equal and opposite chances. Here every side errs on its own, as ``BoxJitter`` says.
/// - Where a mask is perfect it takes pixels 0 to 255 of inputs of any size. Here the points are padding, which has no place.
/// - It guesses from the sign of the smallest value whether it sees logits. Here they always are: above 0 is inside.
/// - It fails on a mask without pixels. Here such a structure is not drawn.
public struct PromptRecipe: Sendable, Hashable, Codable {
    /// How many masks of each image are asked for in a step.
    public var promptsPerImage: Int
    /// The chance that a batch begins with boxes rather than with one point.
    public var boxShare: Double
    /// Rounds with points and masks after the first; 0 for a network that takes boxes alone.
    public var rounds: Int
    /// How many points a round has: one of these numbers.
    public var pointCounts: [Int]
    /// What boxes are drawn around.
    public var boxRule: BoxRule
    /// How boxes miss.
    public var jitter: BoxJitter
    /// How boxes of single segments miss, by the segment's identifier, where that is known.
    public var segmentJitters: [String: BoxJitter] = [:]

    /// A recipe; what is left out is the published one's.
    public init(
        promptsPerImage: Int = 5,
        boxShare: Double = 0.5,
        rounds: Int = 8,
        pointCounts: [Int] = [1, 3, 5, 9],
        boxRule: BoxRule = .largestComponent,
        jitter: BoxJitter = .atlas
    ) {
        self.promptsPerImage = promptsPerImage
        self.boxShare = boxShare
        self.rounds = rounds
        self.pointCounts = pointCounts
        self.boxRule = boxRule
        self.jitter = jitter
    }

    /// How boxes of a segment miss.
    public func jitter(for segment: String) -> BoxJitter { segmentJitters[segment] ?? jitter }

    /// For networks that take boxes, points and masks.
    public static let samMed2D = PromptRecipe()
    /// For networks that take boxes alone.
    public static let boxes = PromptRecipe(boxShare: 1, rounds: 0, boxRule: .wholeMask)
}

/// What kind of prompts a round has.
enum PromptRound: Sendable, Hashable {
    case boxes
    /// One point inside each object.
    case points
    /// Points where the previous mask was wrong, and that mask.
    case corrections(points: Int)
    /// The previous mask alone.
    case masks
}

extension PromptRecipe {
    /// The rounds of a step. The published code draws k from 1 to rounds − 2; rounds k and the last have no points.
    func plan(_ random: inout CounterRandom) -> [PromptRound] {
        let first: PromptRound = random.unit() < boxShare ? .boxes : .points
        guard rounds > 0 else { return [first] }
        let withoutPoints = rounds > 2 ? 1 + random.index(below: rounds - 2) : rounds - 1
        return [first]
            + (0..<rounds).map { round in
                let count = pointCounts[random.index(below: pointCounts.count)]
                return round == withoutPoints || round == rounds - 1 ? .masks : .corrections(points: count)
            }
    }
}
