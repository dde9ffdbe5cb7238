import CKernels

extension Tensor {
    /// The element-wise sum. The outermost axes of `other` may be missing or 1: it is then added to every repetition.
    public func adding(_ other: Tensor) -> Tensor {
        precondition(
            other.count > 0 && count % other.count == 0 && other.fitsEnd(of: self),
            "\(shape) + \(other.shape)"
        )
        let sum = Tensor(shape: shape) { result in
            withPointer { left in
                other.withPointer { right in
                    for start in stride(from: 0, to: count, by: other.count) {
                        add(left + start, right, result.start + start, other)
                    }
                }
            }
        }
        let (isTracked, otherIsTracked, otherShape) = (isTracked, other.isTracked, other.shape)
        return sum.recording([self, other]) { gradient in
            [isTracked ? gradient : nil, otherIsTracked ? gradient.summedRepetitions(to: otherShape) : nil]
        }
    }

    /// The sum over the outermost axes that ``adding(_:)`` repeated.
    private func summedRepetitions(to shape: [Int]) -> Tensor {
        let length = shape.reduce(1, *)
        guard length < count else { return reshaped(shape) }
        return reshaped([count / length, length]).summedOverRows().reshaped(shape)
    }

    private func add(
        _ left: UnsafePointer<Float>,
        _ right: UnsafePointer<Float>,
        _ result: UnsafeMutablePointer<Float>,
        _ other: Tensor
    ) {
        Tensor.overBlocks(other.count) { range in
            let first = range.lowerBound
            kernel_add(left + first, right + first, result + first, range.count)
        }
    }

    /// Adds another tensor of the same number of elements, in place.
    public mutating func add(_ other: Tensor) {
        precondition(count == other.count, "\(shape) + \(other.shape)")
        let nodes = [node, other.node]
        if isTracked { self = detached() }
        rewriteBlocks(with: other) { kernel_add($0, $1, $2, $3) }
        let (isTracked, otherShape) = (nodes[0] != nil, other.isTracked ? other.shape : nil)
        self = recordingInPlace(from: nodes) { gradient in
            [isTracked ? gradient : nil, otherShape.map { gradient.reshaped($0) }]
        }
    }

    /// Every element multiplied by the factor.
    public func scaled(by factor: Float) -> Tensor {
        var result = detached()
        result.rewriteBlocks { kernel_scale($0, factor, $1, $2) }
        return result.recordingInPlace([self]) { gradient in
            gradient.rewriteBlocks { kernel_scale($0, factor, $1, $2) }
            return [gradient]
        }
    }

    /// Every element multiplied by the other tensor's element at the same place.
    public func multipliedElements(by other: Tensor) -> Tensor {
        precondition(shape == other.shape, "\(shape) times \(other.shape), element by element")
        var result = detached()
        result.rewriteBlocks(with: other) { kernel_multiply($0, $1, $2, $3) }
        guard isTracked || other.isTracked else { return result }
        let (left, right) = (other.isTracked ? detached() : nil, isTracked ? other.detached() : nil)
        return result.recording([self, other]) { gradient in
            [right.map { gradient.multipliedElements(by: $0) }, left.map { gradient.multipliedElements(by: $0) }]
        }
    }

    /// Writes every element anew, in blocks that are divided between threads.
    ///
    /// The body gets the old elements of a block, the place of the new ones, which may be the same, and their number.
    mutating func rewriteBlocks(
        _ body: (_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) -> Void
    ) {
        let count = count
        rewrite { source, target in
            Tensor.overBlocks(count) { body(source + $0.lowerBound, target + $0.lowerBound, $0.count) }
        }
    }

    /// The same with the elements of another tensor, of the same number, second among the body's arguments.
    mutating func rewriteBlocks(
        with other: Tensor,
        _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        other.withPointer { other in
            let count = count
            rewrite { source, target in
                Tensor.overBlocks(count) {
                    body(source + $0.lowerBound, other + $0.lowerBound, target + $0.lowerBound, $0.count)
                }
            }
        }
    }

    /// Calls the body with ranges that cover `count` elements, on several threads where the work is worth it.
    static func overBlocks(_ count: Int, _ body: (Range<Int>) -> Void) {
        ComputeThreads.overRows((count + block - 1) / block, elementsPerRow: block) { blocks in
            body(blocks.lowerBound * block..<min(count, blocks.upperBound * block))
        }
    }

    private static let block = 4_096

    /// Whether the axes equal the last axes of the other tensor, leading ones aside.
    private func fitsEnd(of other: Tensor) -> Bool {
        let own = Array(shape.drop { $0 == 1 })
        return own == other.shape.suffix(own.count)
    }
}

/// The tensor's address, or nil when there is none.
package func withOptionalPointer<Result>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
    guard let tensor else { return body(nil) }
    return tensor.withPointer { body($0) }
}
