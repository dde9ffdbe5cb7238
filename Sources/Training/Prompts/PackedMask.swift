import Tensors

/// A mask in the geometry of the network's input, one bit for each pixel.
struct PackedMask: Sendable, Hashable {
    /// S: the mask has S × S pixels.
    let edge: Int
    private var words: [UInt64]

    /// Packs `[S, S]`; what is above ½ is inside.
    init(_ mask: Tensor) {
        precondition(mask.shape.count == 2 && mask.shape[0] == mask.shape[1], "a mask \(mask.shape)")
        self.init(edge: mask.shape[0], pixels: mask.values.map { $0 > 0.5 })
    }

    init(edge: Int, pixels: [Bool]) {
        precondition(pixels.count == edge * edge, "\(pixels.count) pixels for an edge of \(edge)")
        self.edge = edge
        words = [UInt64](repeating: 0, count: (pixels.count + 63) / 64)
        for index in pixels.indices where pixels[index] { words[index >> 6] |= 1 << UInt64(index & 63) }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Row-major.
    var pixels: [Bool] {
        [Bool](unsafeUninitializedCapacity: edge * edge) { pixels, count in
            for index in 0..<edge * edge {
                pixels.initializeElement(at: index, to: words[index >> 6] >> UInt64(index & 63) & 1 == 1)
            }
            count = edge * edge
        }
    }
}

extension Tensor {
    /// `[B, S, S]` of 0 and 1.
    static func labels(_ masks: [[Bool]], edge: Int) -> Tensor {
        Tensor(shape: [masks.count, edge, edge]) { target in
            for (place, mask) in masks.enumerated() {
                for index in mask.indices {
                    target.initializeElement(at: place * edge * edge + index, to: mask[index] ? 1 : 0)
                }
            }
        }
    }
}
