import DurableFiles
import SegmentAnything
import Tensors

/// A network that remembers what its encoder made of a slice, in files.
///
/// Models that share an encoder share a cache: a candidate whose decoder alone has learned does not encode again what the
/// incumbent has. An entry is found by the digest of the encoder and of the slice's bytes, holds its own digest, and is
/// made anew when it is damaged. When the folder is full, or cannot be written, slices are encoded as if there were none.
public struct EmbeddingCache: SegmentationModel {
    /// The network that encodes and decodes.
    public let network: any SegmentationModel
    /// Of everything that the encoder's output depends on: its weights and its arithmetic.
    public let encoder: SHA256Digest
    /// Where entries lie; it is made as needed.
    public let folder: RawPath
    /// Bytes; no entry is added to a folder that holds more.
    public let limit: Int

    /// A network with a memory in a folder.
    public init(_ network: any SegmentationModel, encoder: SHA256Digest, folder: RawPath, limit: Int = 16 << 30) {
        self.network = network
        self.encoder = encoder
        self.folder = folder
        self.limit = limit
    }

    /// Those of the network.
    public var traits: ModelTraits { network.traits }

    /// The embedding from the cache, or from the network, which is then remembered.
    public func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding {
        let path = folder.appending("\(encoder.hex.prefix(16))-\(Self.digest(of: image).hex).embedding")
        if let known = Self.read(path, rows: image.rows, columns: image.columns) { return known }
        let embedding = try network.encode(image)
        remember(embedding, at: path)
        return embedding
    }

    /// Decodes with the network.
    public func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] {
        try network.decode(prompts, on: embedding)
    }

    // MARK: - Entries

    /// Grid, channels (each eight bytes, little-endian), fp32 little-endian row-major, SHA-256 of all that.
    private static let headerLength = 16
    private static let digestLength = 64

    private static func digest(of image: SliceImage) -> SHA256Digest {
        let header = "\(image.rows) \(image.columns) \(image.channels)\n"
        return SHA256Digest(of: Array(header.utf8) + image.pixels)
    }

    private static func read(_ path: RawPath, rows: Int, columns: Int) -> ImageEmbedding? {
        guard let bytes = try? ReadOnlyFile(path, subject: "embedding").readAll(limit: 1 << 30),
            bytes.count > headerLength + digestLength
        else { return nil }
        let contents = bytes.dropLast(digestLength)
        guard Array(SHA256Digest(of: contents).hex.utf8) == Array(bytes.suffix(digestLength)) else { return nil }
        return contents.withUnsafeBytes { raw in
            let grid = Int(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)))
            let channels = Int(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            let count = grid * grid * channels
            guard raw.count == headerLength + 4 * count else { return nil }
            let features = Tensor(shape: [grid * grid, channels]) { buffer in
                for index in 0..<count {
                    let bits = raw.loadUnaligned(fromByteOffset: headerLength + 4 * index, as: UInt32.self)
                    buffer.initializeElement(at: index, to: Float(bitPattern: UInt32(littleEndian: bits)))
                }
            }
            return ImageEmbedding(features: features, grid: grid, sourceRows: rows, sourceColumns: columns)
        }
    }

    private func remember(_ embedding: ImageEmbedding, at path: RawPath) {
        let shape = embedding.features.shape
        guard shape.count == 2, shape[0] == embedding.grid * embedding.grid else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerLength + 4 * embedding.features.count + Self.digestLength)
        for number in [embedding.grid, shape[1]] {
            withUnsafeBytes(of: UInt64(number).littleEndian) { bytes.append(contentsOf: $0) }
        }
        embedding.features.withUnsafeBufferPointer { values in
            for value in values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        bytes += Array(SHA256Digest(of: bytes).hex.utf8)
        // A cache that cannot be written makes the evaluation slower and no less right.
        do {
            try AtomicFile.createFolder(folder)
            let used = try FolderScan.entries(of: folder).reduce(0) { $0 + $1.size }
            guard used + bytes.count <= limit else { return }
            try AtomicFile.write(bytes, to: path, subject: "embedding")
        } catch {
            return
        }
    }
}
