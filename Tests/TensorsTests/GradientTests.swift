import Tensors
import TestSupport
import Testing

@Suite struct GradientTests {
    @Test func whenATensorIsUsedTwice_thenItsGradientsAdd() {
        let x = GradientCheck.noise([3, 4], seed: 1)
        #expect(GradientCheck.largestError(of: [x]) { $0[0].scaled(by: 2).adding($0[0]) } < 1e-3)
    }

    @Test func whenAnOperandIsRepeated_thenItsGradientIsTheSumOfTheRepetitions() {
        let inputs = [GradientCheck.noise([3, 2, 4], seed: 1), GradientCheck.noise([1, 2, 4], seed: 2)]
        #expect(GradientCheck.largestError(of: inputs) { $0[0].adding($0[1]) } < 1e-3)
    }

    @Test func whenNothingIsTracked_thenNothingIsNoted() {
        let x = GradientCheck.noise([4], seed: 1)
        #expect(!x.adding(x).isTracked)
        #expect(x.tracked().adding(x).isTracked)
        #expect(!x.tracked().adding(x).detached().isTracked)
    }

    @Test func whenALeafHasNoInfluence_thenItHasNoGradient() throws {
        let (x, y) = (GradientCheck.noise([4], seed: 1).tracked(), GradientCheck.noise([4], seed: 2).tracked())
        let gradients = x.scaled(by: 3).gradients(of: [x, y])
        #expect(try #require(gradients[0]).values == [3, 3, 3, 3])
        #expect(gradients[1] == nil)
    }

    @Test func whenRowsAreSummed_thenEachRowGetsTheGradient() {
        #expect(
            GradientCheck.largestError(of: [GradientCheck.noise([5, 3], seed: 1)]) { $0[0].summedOverRows() } < 1e-3
        )
    }

    @Test func whenAddedInPlace_thenTheGradientPassesToBoth() {
        let inputs = [GradientCheck.noise([3, 2], seed: 1), GradientCheck.noise([3, 2], seed: 2)]
        let error = GradientCheck.largestError(of: inputs) { inputs in
            var sum = inputs[0].reshaped([2, 3])
            sum.add(inputs[1].reshaped([2, 3]))
            return sum
        }
        #expect(error < 1e-3)
    }

    @Test func whenAGradientIsSharedByTwoPaths_thenNeitherChangesTheOther() throws {
        let x = GradientCheck.noise([3, 5], seed: 1)
        func residual(_ x: Tensor) -> Tensor {
            var y = x
            y.add(x.scaled(by: 2).activated(.sigmoid))
            y.add(y.scaled(by: 3).activated(.gelu))
            return y
        }
        #expect(GradientCheck.largestError(of: [x]) { residual($0[0]) } < 1e-3)
        let (leaf, seed) = (x.tracked(), noise([3, 5], seed: 2))
        let result = residual(leaf)
        let first = try #require(result.gradients(of: [leaf], seed: seed)[0])
        #expect(result.gradients(of: [leaf], seed: seed)[0]?.values == first.values)
        #expect(seed.values == noise([3, 5], seed: 2).values)
        #expect(result.values == residual(x).values)
    }

    @Test func whenAGraphIsVeryLong_thenItIsReleasedWithoutRecursion() throws {
        let leaf = Tensor([1, 2], shape: [2]).tracked()
        var x = leaf
        for _ in 0..<100_000 { x = x.scaled(by: 1) }
        #expect(try #require(x.gradients(of: [leaf])[0]).values == [1, 1])
        x = leaf
    }
}
