import DurableFiles
import SegmentAnything

/// A slice as a training step needs it: the network's geometry, one variant of augmentation.
struct PreparedSlice: Sendable {
    struct Structure: Sendable {
        let segment: String
        let mask: PackedMask
        let weight: Double
    }

    /// Names the variant's pixels: size and bytes.
    let digest: SHA256Digest
    /// Nil where the slice is only remembered for its masks.
    var image: SliceImage?
    /// Those that have pixels left.
    let structures: [Structure]

    init(_ sample: TrainingSample, model: some TrainableModel) throws(ModelError) {
        image = sample.image
        var structures: [Structure] = []
        for structure in sample.structures {
            let mask = try model.networkMask(structure.mask, rows: sample.image.rows, columns: sample.image.columns)
            let packed = PackedMask(mask)
            guard !packed.isEmpty else { continue }
            structures.append(Structure(segment: structure.segment, mask: packed, weight: structure.weight))
        }
        self.structures = structures
        digest = sample.image.digest
    }
}

extension SliceImage {
    /// The digest of size and bytes.
    fileprivate var digest: SHA256Digest {
        var accumulator = SHA256Accumulator()
        Array("\(rows) \(columns) \(channels) ".utf8).withUnsafeBytes { accumulator.update($0) }
        pixels.withUnsafeBytes { accumulator.update($0) }
        return accumulator.digest()
    }
}
