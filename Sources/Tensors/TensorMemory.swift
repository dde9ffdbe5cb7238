import CLinux
import Glibc
import Synchronization

/// The memory of tensors. What is freed is kept for the next tensor of about the same size.
///
/// The C library gives large memory back to the system, so that every layer would get its tensors page by page anew, each
/// page cleared first: a fifth of the time of a decoder's training step, and as long as its products for the gradient of an
/// adapter's weights. The largest lie in huge pages where the system has them.
package enum TensorMemory {
    /// How many bytes are kept at most while nobody uses them.
    package static func keep(atMost bytes: Int) {
        let given = kept.withLock { kept in
            kept.limit = bytes
            return kept.dropped()
        }
        for memory in given { memory.pointer.deallocate() }
    }

    /// Gives back what nobody uses now, and the free pages of the C library's heap.
    package static func giveBack() {
        for memory in kept.withLock({ $0.all() }) { memory.pointer.deallocate() }
        trimHeap()
    }

    /// Gives the free pages of the C library's heap back. It takes about a millisecond.
    package static func trimHeap() { CLinux_trim_heap() }

    /// Memory that begins at a multiple of 64 bytes; ``free(_:bytes:)`` takes it back.
    package static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        guard bytes >= smallestKept else { return .allocate(byteCount: bytes, alignment: 64) }
        let size = size(for: bytes)
        if let known = kept.withLock({ $0.take(size) }) { return known }
        guard size >= smallestHuge else { return .allocate(byteCount: size, alignment: 4_096) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: hugePage)
        // Advice only (madvise(2)): a system without huge pages says no, and nothing is lost.
        _ = madvise(memory, size, MADV_HUGEPAGE)
        return memory
    }

    /// Takes memory back that ``allocate(bytes:)`` gave for so many bytes.
    package static func free(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        guard bytes >= smallestKept else { return memory.deallocate() }
        let block = Block(memory, size: size(for: bytes))
        let given = kept.withLock { kept in
            kept.put(block)
            return kept.dropped()
        }
        for memory in given { memory.pointer.deallocate() }
    }

    /// Sizes that are kept apart: eight between a power of two and the next, so that at most an eighth lies idle.
    private static func size(for bytes: Int) -> Int {
        let step = max(4_096, 1 << (Int.bitWidth - bytes.leadingZeroBitCount - 4))
        return (bytes + step - 1) / step * step
    }

    /// A piece of memory.
    ///
    /// `@unchecked Sendable`: whoever holds it is alone with it.
    private struct Block: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
        let size: Int

        init(_ pointer: UnsafeMutableRawPointer, size: Int) {
            self.pointer = pointer
            self.size = size
        }
    }

    /// What is kept, the longest idle first.
    private struct Kept: Sendable {
        var limit = 512 << 20
        private var blocks: [Block] = []
        private var bytes = 0

        /// The latest block of that size: its pages are the likeliest to be in a cache.
        mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
            guard let index = blocks.lastIndex(where: { $0.size == size }) else { return nil }
            bytes -= size
            return blocks.remove(at: index).pointer
        }

        mutating func put(_ block: Block) {
            blocks.append(block)
            bytes += block.size
        }

        /// Takes out everything.
        mutating func all() -> [Block] {
            defer { (blocks, bytes) = ([], 0) }
            return blocks
        }

        /// Takes out what goes beyond the limit.
        mutating func dropped() -> [Block] {
            var count = 0
            while bytes > limit, count < blocks.count {
                bytes -= blocks[count].size
                count += 1
            }
            guard count > 0 else { return [] }
            defer { blocks.removeFirst(count) }
            return Array(blocks.prefix(count))
        }
    }

    private static let kept = Mutex(Kept())
    private static let hugePage = 2 << 20
    private static let smallestHuge = 8 * hugePage
    /// The C library has smaller memory at hand.
    private static let smallestKept = 4 << 10
}
