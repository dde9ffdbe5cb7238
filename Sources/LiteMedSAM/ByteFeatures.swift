import Tensors

/// What the first layers make of each of the 256 possible bytes of a grey slice.
///
/// Up to the first depthwise convolution every layer works on each pixel alone, and a grey slice has at most 256
/// different pixels: computing the bytes and looking up the pixels does 1/256 of the work for the same result.
package struct ByteFeatures {
    /// `[256, channels]`: the patch embedding.
    package let embedded: Tensor
    /// `[256, hidden]`: the first block's hidden map before its depthwise convolution.
    package let expanded: Tensor

    package init(levels: [Float], embedding: PatchEmbedding, block: InvertedBottleneckBlock) {
        embedded = embedding(Tensor(levels.flatMap { [$0, $0, $0] }, shape: [levels.count, 3]))
        expanded = block.bottleneck.expand(embedded, activation: .gelu)
    }

    /// The features of rows of bytes: `[rows, columns, width]` from a table `[256, width]`.
    package static func lookUp(_ bytes: ArraySlice<UInt8>, columns: Int, in table: Tensor) -> Tensor {
        let width = table.lastAxis
        return Tensor(shape: [bytes.count / columns, columns, width]) { result in
            table.withUnsafeBufferPointer { table in
                var next = result.address
                for byte in bytes {
                    next.initialize(from: table.address + Int(byte) * width, count: width)
                    next += width
                }
            }
        }
    }
}
