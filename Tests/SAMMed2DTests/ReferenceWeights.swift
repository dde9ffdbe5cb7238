import Checkpoints
import Tensors

/// Values that any program can compute from a name: the weights and inputs that the golden files were made with.
enum ReferenceWeights {
    /// FNV-1a 64 of the name's bytes.
    static func seed(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Number `index` of SplitMix64's sequence from that seed.
    static func bits(_ seed: UInt64, _ index: Int) -> UInt64 {
        var z = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform values in [−2^power, 2^power), plus an offset.
    static func uniform(_ name: String, shape: [Int], power: Int, offset: Float = 0) -> Tensor {
        let seed = seed(name)
        let scale = Float(sign: .plus, exponent: power - 23, significand: 1)
        return Tensor(shape: shape) { values in
            for index in values.indices {
                let integer = Int(bits(seed, index) >> 40) - 1 << 23
                values.initializeElement(at: index, to: offset + Float(integer) * scale)
            }
        }
    }

    /// Bytes.
    static func bytes(_ name: String, count: Int) -> [UInt8] {
        let seed = seed(name)
        return (0..<count).map { UInt8(bits(seed, $0) >> 56) }
    }

    /// The parameter of that name.
    static func parameter(_ name: String, shape: [Int]) -> Tensor {
        if name.hasSuffix("positional_encoding_gaussian_matrix") { return uniform(name, shape: shape, power: 0) }
        if name.contains("rel_pos_") || name.hasSuffix("pos_embed") { return uniform(name, shape: shape, power: -2) }
        if shape.count == 1 {
            return name.hasSuffix(".weight")
                ? uniform(name, shape: shape, power: -3, offset: 1) : uniform(name, shape: shape, power: -4)
        }
        let embeddings = ["point_embeddings", "not_a_point_embed", "no_mask_embed", "iou_token", "mask_tokens"]
        if embeddings.contains(where: name.contains) { return uniform(name, shape: shape, power: -1) }
        let inputs = shape.dropFirst().reduce(1, *)
        let bitLength = Int.bitWidth - inputs.leadingZeroBitCount
        return uniform(name, shape: shape, power: -((bitLength - 1) / 2))
    }

    static func parameters(_ shapes: [String: [Int]]) -> NamedTensors {
        NamedTensors(Dictionary(uniqueKeysWithValues: shapes.map { ($0, parameter($0, shape: $1)) }))
    }
}
