import TestSupport
import Testing

@testable import Tensors

@Suite("Products of a batch")
struct BatchProductTests {
    private func naive(_ left: Tensor, _ right: Tensor, transposed: Bool) -> [Float] {
        let (items, rows, inner) = (max(left.shape[0], right.shape[0]), left.shape[1], left.shape[2])
        let columns = right.shape[transposed ? 1 : 2]
        return (0..<items * rows * columns).map { index in
            let (item, row, column) = (index / (rows * columns), index / columns % rows, index % columns)
            let (a, b) = (left.shape[0] == 1 ? 0 : item, right.shape[0] == 1 ? 0 : item)
            return (0..<inner).reduce(Float(0)) { sum, k in
                let other = transposed ? (b * columns + column) * inner + k : (b * inner + k) * columns + column
                return sum + left.values[(a * rows + row) * inner + k] * right.values[other]
            }
        }
    }

    @Test("share a side with batch 1, and pass the sum of its gradients", arguments: [(3, 3), (1, 3), (3, 1)])
    func whenASideIsShared_thenProductsAndGradientsFollow(items: (left: Int, right: Int)) {
        let left = GradientCheck.noise([items.left, 4, 5], seed: 1)
        let right = GradientCheck.noise([items.right, 6, 5], seed: 2)
        let other = GradientCheck.noise([items.right, 5, 6], seed: 3)
        for (found, expected) in zip(
            left.batchMultiplied(byTransposed: right).values + left.batchMultiplied(by: other).values,
            naive(left, right, transposed: true) + naive(left, other, transposed: false)
        ) {
            #expect(abs(found - expected) < 1e-5)
        }
        #expect(GradientCheck.largestError(of: [left, right]) { $0[0].batchMultiplied(byTransposed: $0[1]) } < 5e-3)
        #expect(GradientCheck.largestError(of: [left, other]) { $0[0].batchMultiplied(by: $0[1]) } < 5e-3)
    }

    @Test("get an item's own row added")
    func whenRowsAreAdded_thenEveryItemGetsItsOwn() {
        let x = GradientCheck.noise([2, 3, 4], seed: 1)
        let rows = GradientCheck.noise([2, 1, 4], seed: 2)
        let sum = x.addingToRows(rows)
        for index in 0..<24 {
            let added = rows.values[index / 12 * 4 + index % 4]
            #expect(sum.values[index] == x.values[index] + added)
        }
        #expect(GradientCheck.largestError(of: [x, rows]) { $0[0].addingToRows($0[1]) } < 5e-3)
    }
}
