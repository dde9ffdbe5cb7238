import DurableFiles
import Foundation
import Glibc
import Synchronization
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

    @Test("says why it cannot be written, and that only then")
    func saysWhyItCannotBeWritten() throws {
        try withTemporaryFolder { folder in
            let file = RawPath(folder.path).appending("file")
            try AtomicFile.write([1], to: file)
            let said = Mutex<[String]>([])
            for place in [file.appending("packed"), RawPath(folder.path).appending("packed")] {
                let cache = PackedWeightCache(
                    folder: place,
                    digest: "a",
                    warn: { text in said.withLock { $0.append(text) } }
                )
                _ = open(cache, .float32, isReal: true)
            }
            #expect(said.withLock { $0.count } == 1)
        }
    }

    @Test("is not written with weights that are not those of the digest")
    func isNotWrittenWithOtherWeights() throws {
        try withTemporaryFolder { folder in
            let place = RawPath(folder.path)
            let wrong = PackedWeightCache(folder: place, digest: "a", isTrusted: { false })
            _ = open(wrong, .float32, isReal: false)
            let written = try FolderScan.entries(of: place)
            #expect(written.isEmpty)
            let right = PackedWeightCache(folder: place, digest: "a")
            #expect(open(right, .float32, isReal: true)(x).values == open(right, .float32, isReal: false)(x).values)
        }
    }

    @Test("keeps the files that were used last, and what it just wrote")
    func keepsTheFilesThatWereUsedLast() throws {
        try withTemporaryFolder { folder in
            let cache = PackedWeightCache(folder: RawPath(folder.path), digest: "a")
            let names = (0..<6).map { "\($0).packed" }
            for (age, name) in names.enumerated() {
                try AtomicFile.write([UInt8](repeating: 1, count: 100), to: cache.folder.appending(name))
                var times = [
                    timespec(tv_sec: 1_000_000 - age, tv_nsec: 0), timespec(tv_sec: 1_000_000 - age, tv_nsec: 0),
                ]
                _ = cache.folder.appending(name).withCString { utimensat(AT_FDCWD, $0, &times, 0) }
            }
            try AtomicFile.write([1], to: cache.folder.appending("other"))
            func left() throws -> Set<String> { Set(try FolderScan.entries(of: cache.folder).map(\.name.displayName)) }
            cache.prune(keeping: cache.folder.appending("5.packed"), files: 4, bytes: 1_000)
            #expect(try left() == ["0.packed", "1.packed", "2.packed", "5.packed", "other"])
            cache.prune(keeping: cache.folder.appending("5.packed"), files: 4, bytes: 250)
            #expect(try left() == ["0.packed", "5.packed", "other"])
        }
    }
}
