import CKernels

extension MatrixView {
    /// Writes the elements, rounded to bf16, side by side.
    func round(into rounded: UnsafeMutablePointer<UInt16>) {
        ComputeThreads.overRows(rows, elementsPerRow: columns) { range in
            kernel_round_bfloat16_rows(
                base + range.lowerBound * stride,
                stride,
                rounded + range.lowerBound * columns,
                range.count,
                columns
            )
        }
    }
}

extension Tensor {
    /// The elements rounded to bf16, in row-major order.
    package var roundedValues: [UInt16] {
        [UInt16](unsafeUninitializedCapacity: count) { rounded, count in
            guard let target = rounded.baseAddress else { return }
            withPointer { kernel_round_bfloat16_rows($0, self.count, target, 1, self.count) }
            count = self.count
        }
    }
}

extension Tensor {
    /// A tensor whose every element the closure must write twice: in fp32, and rounded to bf16 for products.
    package init(
        shape: [Int],
        initializing body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<UInt16>) -> Void
    ) {
        var rounded: RoundedElements?
        self.init(shape: shape) { elements in
            rounded = RoundedElements(count: elements.count) { body(elements.start, $0) }
        }
        withStorage { $0.keep(rounded) }
    }
}

/// A tensor's elements rounded to bf16, kept with its memory.
///
/// `@unchecked Sendable`: the memory is written before anybody else sees it and never afterwards.
final class RoundedElements: @unchecked Sendable {
    private let memory: UnsafeMutablePointer<UInt16>
    private let bytes: Int

    var start: UnsafePointer<UInt16> { UnsafePointer(memory) }

    init(_ elements: UnsafeBufferPointer<Float>) {
        bytes = max(64, elements.count * MemoryLayout<UInt16>.stride)
        memory = TensorMemory.allocate(bytes: bytes).assumingMemoryBound(to: UInt16.self)
        let rowLength = 4_096
        let rows = elements.count / rowLength
        MatrixView(elements.start, rows: rows, columns: rowLength).round(into: memory)
        let rest = elements.count - rows * rowLength
        let last = MatrixView(elements.start + rows * rowLength, rows: 1, columns: rest)
        last.round(into: memory + rows * rowLength)
    }

    /// Memory that the closure must fill.
    init(count: Int, initialising body: (UnsafeMutablePointer<UInt16>) -> Void) {
        bytes = max(64, count * MemoryLayout<UInt16>.stride)
        memory = TensorMemory.allocate(bytes: bytes).assumingMemoryBound(to: UInt16.self)
        body(memory)
    }

    deinit { TensorMemory.free(memory, bytes: bytes) }
}
