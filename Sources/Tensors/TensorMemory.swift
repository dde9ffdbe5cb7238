import Glibc

/// Memory of tensors; large ones in huge pages where the system has them.
///
/// The library gives large memory back to the system when it is freed, so that every step of training would get its
/// largest tensors page by page anew; for the gradient of an adapter's weights this took as long as its products.
enum HugePages {
    /// Memory that begins at a multiple of 64 bytes and is freed by `deallocate()`.
    static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        guard bytes >= smallest else { return .allocate(byteCount: bytes, alignment: 64) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: pageSize)
        // Advice only (madvise(2)): a system without huge pages says no, and nothing is lost.
        _ = madvise(memory, bytes, MADV_HUGEPAGE)
        return memory
    }

    private static let pageSize = 2 << 20
    private static let smallest = 8 * pageSize
}
