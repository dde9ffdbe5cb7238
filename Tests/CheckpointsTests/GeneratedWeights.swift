/// The reference weights, which depend on nothing but a tensor's name and shape; the rules stand in the README of the
/// reference data.
enum GeneratedWeights {
    static func values(named name: String, shape: [Int]) -> [Float] {
        let seed = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let exponent = exponent(named: name, shape: shape)
        let scale = Float(sign: .plus, exponent: exponent - 23, significand: 1)
        let offset: Float = isNormScale(name, shape) ? 1 : 0
        return (0..<shape.reduce(1, *)).map { index in
            let state = mix(seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15)
            return offset + Float(Int64(state >> 40) - 1 << 23) * scale
        }
    }

    private static func isNormScale(_ name: String, _ shape: [Int]) -> Bool {
        shape.count == 1 && name.hasSuffix(".weight")
    }

    private static func exponent(named name: String, shape: [Int]) -> Int {
        let tokens = ["point_embeddings", "not_a_point_embed", "no_mask_embed", "iou_token", "mask_tokens"]
        if name.hasSuffix("positional_encoding_gaussian_matrix") { return 0 }
        if name.contains("rel_pos_") || name.hasSuffix("pos_embed") { return -2 }
        if isNormScale(name, shape) { return -3 }
        if shape.count == 1 { return -4 }
        if tokens.contains(where: name.contains) { return -1 }
        let fanIn = shape.dropFirst().reduce(1, *)
        return -((Int.bitWidth - fanIn.leadingZeroBitCount - 1) / 2)
    }

    private static func mix(_ state: UInt64) -> UInt64 {
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
