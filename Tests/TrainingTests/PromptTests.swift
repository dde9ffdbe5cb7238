import SegmentAnything
import Tensors
import Testing

@testable import Training

@Suite("Prompts to learn from")
struct PromptTests {
    /// A mask from lines of text: `#` is inside.
    private static func mask(_ lines: [String]) -> PackedMask {
        PackedMask(edge: lines.count, pixels: lines.joined().map { $0 == "#" })
    }

    private static func random(_ item: Int = 0) -> CounterRandom {
        CounterRandom(seed: 3, step: 0, item: item, purpose: .box)
    }

    private static let twoParts = mask([
        "#.......",
        ".#......",
        "........",
        "....###.",
        "....###.",
        "........",
        "........",
        "#.......",
    ])

    // MARK: - Boxes

    @Test func whenPartsTouchAtCorners_thenTheyAreOne() {
        let parts = ConnectedComponents(Self.twoParts.pixels, columns: 8).components
        #expect(parts.map(\.area) == [2, 6, 1])
        #expect(
            parts[0] == ConnectedComponents.Component(area: 2, firstColumn: 0, firstRow: 0, lastColumn: 1, lastRow: 1)
        )
    }

    @Test func whenPartsAreEquallyLarge_thenTheFirstIsTheLargest() {
        let pixels = Self.mask(["#.#.", "....", "....", "...#"]).pixels
        #expect(ConnectedComponents(pixels, columns: 4).largest == 0)
        #expect(ConnectedComponents([Bool](repeating: false, count: 16), columns: 4).largest == nil)
    }

    @Test func whenThereAreSeveralParts_thenTheRuleSaysWhatTheBoxHolds() throws {
        var random = Self.random()
        let largest = try #require(BoxedMask(Self.twoParts, of: "s", rule: .largestComponent, random: &random))
        #expect(largest.box == Prompt.Box(x0: 4, y0: 3, x1: 7, y1: 5))
        #expect(largest.pixels == Self.twoParts.pixels)
        let whole = try #require(BoxedMask(Self.twoParts, of: "s", rule: .wholeMask, random: &random))
        #expect(whole.box == Prompt.Box(x0: 0, y0: 0, x1: 7, y1: 8))
        var areas: [Int: Int] = [:]
        for item in 0..<300 {
            var random = Self.random(item)
            let any = try #require(BoxedMask(Self.twoParts, of: "s", rule: .anyComponent, random: &random))
            areas[any.pixels.count { $0 }, default: 0] += 1
        }
        #expect(Set(areas.keys) == [1, 2, 6])
        #expect((160...240).contains(areas[6] ?? 0))
        let empty = PackedMask(edge: 4, pixels: [Bool](repeating: false, count: 16))
        #expect(BoxedMask(empty, of: "s", rule: .wholeMask, random: &random) == nil)
    }

    @Test func whenAMaskIsPacked_thenItComesBack() {
        let pixels = GradientNoise.bits(count: 37 * 37)
        let packed = PackedMask(edge: 37, pixels: pixels)
        #expect(packed.pixels == pixels)
        #expect(!packed.isEmpty)
    }

    @Test func whenBoxesAreJittered_thenSidesErrAsMeasured() {
        var jitter = BoxJitter.atlas
        jitter.tightShare = 0.25
        jitter.scale = 0
        jitter.left = BoxJitter.SideError(measured: [-3, -2, -1, 0, 1])
        jitter.bottom = BoxJitter.SideError(quantiles: [5])
        let box = Prompt.Box(x0: 100, y0: 100, x1: 160, y1: 150)
        var lefts: [Double] = []
        var tight = 0
        for item in 0..<4_000 {
            var random = Self.random(item)
            let drawn = jitter.applied(to: box, edge: 256, random: &random)
            if drawn == box {
                tight += 1
            } else {
                lefts.append(drawn.x0 - box.x0)
                #expect(drawn.y1 == 155)
            }
        }
        #expect((900...1_100).contains(tight))
        #expect(lefts.allSatisfy { (-1...3).contains($0) })
        let mean = lefts.reduce(0, +) / Double(lefts.count)
        #expect(abs(mean - 1) < 0.1)
        #expect(lefts.contains { $0 > 2.5 } && lefts.contains { $0 < -0.5 })
    }

    @Test func whenTheInputIsSmaller_thenErrorsAreToo() {
        var jitter = BoxJitter.none
        jitter.tightShare = 0
        jitter.top = BoxJitter.SideError(quantiles: [8])
        var random = Self.random()
        let drawn = jitter.applied(to: Prompt.Box(x0: 40, y0: 40, x1: 80, y1: 80), edge: 128, random: &random)
        #expect(drawn == Prompt.Box(x0: 40, y0: 36, x1: 80, y1: 80))
    }

    @Test func whenABoxIsSmall_thenSidesLeaveSomethingOfIt() {
        let side = BoxJitter.SideError(quantiles: [-50])
        var jitter = BoxJitter(left: side, top: side, right: side, bottom: side)
        jitter.tightShare = 0
        var random = Self.random()
        let drawn = jitter.applied(to: Prompt.Box(x0: 10, y0: 10, x1: 18, y1: 14), edge: 256, random: &random)
        #expect(drawn == Prompt.Box(x0: 12, y0: 11, x1: 16, y1: 13))
    }

    @Test func whenABoxIsAtTheEdge_thenItStaysInside() {
        let side = BoxJitter.SideError(quantiles: [20])
        var jitter = BoxJitter(left: side, top: side, right: side, bottom: side, scale: 0)
        jitter.tightShare = 0
        var random = Self.random()
        let drawn = jitter.applied(to: Prompt.Box(x0: 5, y0: 5, x1: 250, y1: 100), edge: 256, random: &random)
        #expect(drawn == Prompt.Box(x0: 0, y0: 0, x1: 256, y1: 120))
    }

    @Test func whenNothingWasMeasured_thenTheDefaultKeepsTheFiguresItWasMadeFrom() {
        let side = BoxJitter.atlas.left
        #expect(side.value(at: 0.1) == -4)
        #expect(side.value(at: 0.5) == 4)
        #expect(side.value(at: 0.9) == 12)
    }

    // MARK: - Points

    private static func target(_ lines: [String]) throws -> BoxedMask {
        var random = random()
        return try #require(BoxedMask(mask(lines), of: "s", rule: .wholeMask, random: &random))
    }

    private static let small =
        ["........", ".##.....", ".##.....", "........"] + ["........", "........", "........", "......#."]

    @Test func whenAPointIsDrawn_thenItIsInsideAndAllPixelsCome() throws {
        let target = try Self.target(Self.small)
        let drawing = PromptDrawing(recipe: .samMed2D, edge: 8)
        var seen: Set<[Float]> = []
        for item in 0..<100 {
            var random = Self.random(item)
            let prompts = drawing.points([target], random: &random)
            #expect(prompts.labels == [1])
            seen.insert(prompts.points?.values ?? [])
        }
        #expect(seen == [[1, 1], [2, 1], [1, 2], [2, 2], [6, 7]])
    }

    @Test func whenAMaskWasWrong_thenPointsSayWhere() throws {
        let target = try Self.target(Self.small)
        // Logits of a mask of everything but the last row: misses one pixel, draws too many.
        let logits = Tensor((0..<64).map { $0 < 56 ? 2 : -2 }, shape: [1, 8, 8])
        let drawing = PromptDrawing(recipe: .samMed2D, edge: 8)
        var labels: Set<Int> = []
        for item in 0..<40 {
            var random = Self.random(item)
            let prompts = drawing.corrections(9, [target], previous: logits, random: &random)
            let places = try #require(prompts.points).values
            for (index, label) in prompts.labels.enumerated() {
                let (x, y) = (Int(places[2 * index]), Int(places[2 * index + 1]))
                let isInside = target.pixels[8 * y + x]
                #expect(isInside != (y < 7))
                #expect(label == (isInside ? 1 : 0))
                labels.insert(label)
            }
            let mask = try #require(prompts.masks).values
            #expect(abs(mask[0] - 0.880797) < 1e-5)
        }
        #expect(labels == [0, 1])
    }

    @Test func whenAMaskIsPerfect_thenPointsArePadding() throws {
        let target = try Self.target(Self.small)
        let logits = Tensor(target.pixels.map { $0 ? 3 : -3 }, shape: [1, 8, 8])
        var random = Self.random()
        let prompts = PromptDrawing(recipe: .samMed2D, edge: 8)
            .corrections(3, [target], previous: logits, random: &random)
        #expect(prompts.labels == [-1, -1, -1])
        let masks = PromptDrawing(recipe: .samMed2D, edge: 8)
            .corrections(0, [target], previous: logits, random: &random)
        #expect(masks.points == nil && masks.masks?.shape == [1, 8, 8])
    }

    @Test func whenPromptsAreCut_thenPartsAreThePrompts() {
        let prompts = PromptBatch(
            points: Tensor((0..<12).map { Float($0) }, shape: [3, 2, 2]),
            labels: [1, 0, 1, 1, 0, 0]
        )
        let part = prompts.part(1..<2)
        #expect(part.points?.values == [4, 5, 6, 7])
        #expect(part.labels == [1, 1])
        #expect(part.count == 1)
    }

    // MARK: - Rounds

    @Test func whenAStepIsPlanned_thenItsRoundsAreThePublishedOnes() {
        var withoutPoints: Set<Int> = []
        var counts: Set<Int> = []
        var boxes = 0
        for step in 0..<400 {
            var random = CounterRandom(seed: 1, step: step, item: 0, purpose: .rounds)
            let plan = PromptRecipe.samMed2D.plan(&random)
            #expect(plan.count == 9)
            if plan[0] == .boxes { boxes += 1 } else { #expect(plan[0] == .points) }
            let masks = plan.indices.dropFirst().filter { plan[$0] == .masks }.map { $0 - 1 }
            #expect(masks.count == 2 && masks[1] == 7)
            withoutPoints.insert(masks[0])
            for round in plan { if case .corrections(let points) = round { counts.insert(points) } }
        }
        #expect(withoutPoints == Set(1...6))
        #expect(counts == [1, 3, 5, 9])
        #expect((150...250).contains(boxes))
    }

    @Test func whenANetworkTakesBoxesAlone_thenThereIsOneRound() {
        var random = Self.random()
        #expect(PromptRecipe.boxes.plan(&random) == [.boxes])
    }
}

/// Reproducible bits.
private enum GradientNoise {
    static func bits(count: Int) -> [Bool] {
        var random = CounterRandom(seed: 1, step: 1, item: 1, purpose: .points)
        return (0..<count).map { _ in random.next() & 1 == 1 }
    }
}
