import DurableFiles
import Evaluation
import Foundation
import SegmentAnything
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite("Remembered embeddings")
struct EmbeddingCacheTests {
    private let image = SliceImage(rows: 3, columns: 2, pixels: [1, 2, 3, 4, 5, 6])
    private let other = SliceImage(rows: 2, columns: 3, pixels: [1, 2, 3, 4, 5, 6])
    private let encoder = SHA256Digest(of: [1])

    @Test("a slice is encoded once, and read back bit for bit")
    func whenASliceWasSeen_thenItIsNotEncodedAgain() throws {
        try withTemporaryFolder { folder in
            let network = CountingNetwork()
            let cache = EmbeddingCache(network, encoder: encoder, folder: RawPath(folder.path).appending("a/b"))
            let first = try cache.encode(image)
            let second = try EmbeddingCache(network, encoder: encoder, folder: cache.folder).encode(image)
            #expect(network.encoded.withLock { $0 } == 1)
            #expect(first.features.values.map(\.bitPattern) == second.features.values.map(\.bitPattern))
            #expect(second.features.shape == first.features.shape && second.grid == first.grid)
            #expect(second.sourceRows == 3 && second.sourceColumns == 2)
            _ = try cache.encode(other)
            #expect(network.encoded.withLock { $0 } == 2)
        }
    }

    @Test("another encoder does not see the entry")
    func whenTheEncoderIsAnother_thenTheSliceIsEncoded() throws {
        try withTemporaryFolder { folder in
            let network = CountingNetwork()
            let path = RawPath(folder.path)
            _ = try EmbeddingCache(network, encoder: encoder, folder: path).encode(image)
            _ = try EmbeddingCache(network, encoder: SHA256Digest(of: [2]), folder: path).encode(image)
            #expect(network.encoded.withLock { $0 } == 2)
        }
    }

    @Test("a damaged entry is made anew")
    func whenAnEntryIsDamaged_thenItIsMadeAnew() throws {
        try withTemporaryFolder { folder in
            let network = CountingNetwork()
            let path = RawPath(folder.path)
            let cache = EmbeddingCache(network, encoder: encoder, folder: path)
            let honest = try cache.encode(image)
            let entry = path.appending(try #require(FolderScan.entries(of: path).first).name)
            let bytes = try ReadOnlyFile(entry).readAll()
            for damaged in [Array(bytes.dropLast(9)), [], [0] + bytes.dropFirst(), bytes.dropLast() + [65]] {
                try AtomicFile.write(damaged, to: entry)
                #expect(try cache.encode(image).features.values == honest.features.values)
            }
            #expect(network.encoded.withLock { $0 } == 5)
        }
    }

    @Test("a full folder, or one that cannot be written, costs time and nothing else")
    func whenNothingCanBeRemembered_thenSlicesAreEncoded() throws {
        try withTemporaryFolder { folder in
            let network = CountingNetwork()
            let full = EmbeddingCache(network, encoder: encoder, folder: RawPath(folder.path), limit: 10)
            _ = try full.encode(image)
            _ = try full.encode(image)
            let file = RawPath(folder.path).appending("file")
            try AtomicFile.write([1], to: file)
            _ = try EmbeddingCache(network, encoder: encoder, folder: file.appending("below")).encode(image)
            #expect(network.encoded.withLock { $0 } == 3)
        }
    }
}

/// Counts how often it encodes.
private final class CountingNetwork: SegmentationModel {
    let encoded = Mutex(0)
    let traits = ModelTraits(architecture: "counting", inputSize: 8, takesPoints: false, takesMasks: false)

    func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding {
        encoded.withLock { $0 += 1 }
        let values = (0..<12).map { Float($0) * 0.1 + Float(image.pixels[$0 % image.pixels.count]) }
        return ImageEmbedding(
            features: Tensor(values, shape: [4, 3]),
            grid: 2,
            sourceRows: image.rows,
            sourceColumns: image.columns
        )
    }

    func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] { [] }
}
