import Tensors

extension Tensor {
    /// The contiguous elements in a checked range of a file: a view for aligned fp32, else a converted copy.
    init(file: MappedFile, range: Range<Int>, type: ElementType, shape: [Int]) {
        let stored = file.slice(range)
        if type == .float32, !stored.isEmpty, let base = stored.baseAddress,
            Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0
        {
            self.init(shape: shape, borrowing: base.assumingMemoryBound(to: Float.self), owner: file)
        } else {
            self.init(shape: shape) { type.convert(stored, into: $0) }
        }
    }
}
