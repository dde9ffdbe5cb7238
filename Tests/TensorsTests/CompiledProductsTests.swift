import Testing

@testable import Tensors

@Suite("Compiled products are kept, but not for ever", .serialized)
struct CompiledProductsTests {
    @Test func whenManyShapesAreMultiplied_thenTheNumberKeptIsBounded() {
        let (left, right) = (noise([800, 64]), noise([64, 64], seed: 2))
        for rows in 40..<40 + CompiledProducts.limit + 60 {
            let result = left.slice(0..<rows).multiplied(by: right)
            #expect(result.shape == [rows, 64])
        }
        #expect(CompiledProducts.count <= CompiledProducts.limit)
        let all = left.multiplied(by: right)
        let rows = left.slice(0..<200).multiplied(by: right).values
        #expect(largestDifference(Tensor(rows, shape: [200, 64]), all.slice(0..<200)) < 2e-5)
    }
}

@Suite("The cut of a product")
struct ProductCutTests {
    @Test(arguments: [
        [1, 1, 1], [512, 768, 768], [513, 3_073, 769], [7, 100_000, 300], [100_000, 9, 300], [31, 65, 90_000],
    ])
    func tilesCoverEveryElementOnce(sizes: [Int]) {
        for (isLeft, isRight) in [(false, false), (true, false), (false, true)] {
            let cut = ProductCut(
                rows: sizes[0],
                columns: sizes[1],
                inner: sizes[2],
                isLeftTransposed: isLeft,
                isRightTransposed: isRight
            )
            var covered = [UInt8](repeating: 0, count: sizes[0] * sizes[1])
            for tile in 0..<cut.count {
                for row in cut[tile].rows {
                    for column in cut[tile].columns { covered[row * sizes[1] + column] += 1 }
                }
            }
            #expect(covered.allSatisfy { $0 == 1 })
        }
    }

    @Test func whenAProductIsLarge_thenThereAreTilesForSeveralThreadsOfEqualSize() {
        let cut = ProductCut(rows: 512, columns: 768, inner: 768, isLeftTransposed: false, isRightTransposed: true)
        #expect(cut.count >= 8)
        let sizes = (0..<cut.count).map { cut[$0].rows.count * cut[$0].columns.count }
        #expect(Set(sizes).count == 1)
    }

    @Test func whenRowsAreFew_thenColumnsAreCut() {
        let cut = ProductCut(rows: 30, columns: 8_192, inner: 512, isLeftTransposed: false, isRightTransposed: true)
        #expect(cut.count > 1)
        #expect((0..<cut.count).allSatisfy { cut[$0].rows == 0..<30 })
    }
}
