import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Inference

@Suite("The cache of packed weights")
struct PackedWeightCacheTests {
    private let layer = Linear(weight: noise([192, 96], seed: 3), bias: noise([192], seed: 5))
    private let x = noise([20, 96], seed: 7)

    /// Opens the layer; the matrix is made of zeros where it has to be packed, so that a use of the cache shows.
    private func open(_ cache: PackedWeightCache, _ precision: NetworkPrecision, isReal: Bool) -> Linear {
        let packer = WeightPacker(precision, cache: cache) { _ in false }
        let source = isReal ? layer : Linear(weight: Tensor(zeros: [192, 96]), bias: layer.bias)
        let result = source.prepared("layer", by: packer)
        packer.finish()
        return result
    }

    @Test("gives the weights that were packed before", arguments: NetworkPrecision.allCases)
    func givesTheWeightsThatWerePackedBefore(precision: NetworkPrecision) throws {
        try withTemporaryFolder { folder in
            let cache = PackedWeightCache(folder: RawPath(folder.path).appending("packed"), digest: "a")
            let first = open(cache, precision, isReal: true)(x)
            #expect(first.values == open(cache, precision, isReal: false)(x).values)
            // Another digest is another model.
            let other = PackedWeightCache(folder: cache.folder, digest: "b")
            #expect(first.values != open(other, precision, isReal: false)(x).values)
        }
    }

    @Test("is made anew where it is damaged", arguments: [0, 70, 90, 5_000])
    func isMadeAnewWhereItIsDamaged(offset: Int) throws {
        try withTemporaryFolder { folder in
            let cache = PackedWeightCache(folder: RawPath(folder.path), digest: "a")
            let first = open(cache, .float32, isReal: true)(x)
            let url = URL(fileURLWithPath: String(decoding: cache.path(.float32).bytes, as: UTF8.self))
            var bytes = try Data(contentsOf: url)
            bytes[offset] ^= 1
            try bytes.write(to: url)
            #expect(open(cache, .float32, isReal: true)(x).values == first.values)
            #expect(open(cache, .float32, isReal: false)(x).values == first.values)
            try bytes.prefix(4_200).write(to: url)
            #expect(open(cache, .float32, isReal: true)(x).values == first.values)
        }
    }

    @Test("is done without where it cannot be written")
    func isDoneWithoutWhereItCannotBeWritten() throws {
        try withTemporaryFolder { folder in
            let file = RawPath(folder.path).appending("file")
            try AtomicFile.write([1], to: file)
            let cache = PackedWeightCache(folder: file.appending("packed"), digest: "a")
            let plain = layer.prepared("layer", by: WeightPacker(.float32) { _ in false })
            #expect(open(cache, .float32, isReal: true)(x).values == plain(x).values)
        }
    }
}
