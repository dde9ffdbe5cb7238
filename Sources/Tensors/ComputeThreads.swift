import COpenBLAS
import Dispatch
import Synchronization

/// The number of CPU threads that numeric work uses: the one place where it is set.
///
/// Matrix products run on OpenBLAS's threads, the other loops on Dispatch's; both follow this number. Results of the
/// loops do not depend on it.
public enum ComputeThreads {
    private static let chosen = Atomic<Int>(0)

    /// How many threads are used; OpenBLAS's own choice (cores, `OMP_NUM_THREADS`) until ``use(_:)`` is called.
    public static var count: Int {
        let count = chosen.load(ordering: .relaxed)
        return count > 0 ? count : max(1, Int(openblas_get_num_threads()))
    }

    /// Uses that many threads from now on; at least one.
    public static func use(_ count: Int) {
        let count = max(1, count)
        openblas_set_num_threads(Int32(clamping: count))
        chosen.store(count, ordering: .relaxed)
    }

    /// The CPU core that OpenBLAS's kernels are written for, such as `Cooperlake`.
    public static var kernelName: String { String(cString: openblas_get_corename()) }

    /// How that core was chosen.
    public static var kernelChoice: KernelChoice {
        switch preread_openblas_core_choice() {
        case PREREAD_CORE_FORCED: .forced
        case PREREAD_CORE_SET_BY_USER: .setByUser
        default: .libraryDefault
        }
    }

    /// Who chose the kernels of matrix products.
    public enum KernelChoice: Sendable, Hashable {
        /// OpenBLAS itself: the CPU has no AVX-512.
        case libraryDefault
        /// `OPENBLAS_CORETYPE` stood in the environment.
        case setByUser
        /// The CPU has AVX-512, which OpenBLAS 0.3.21 overlooks on CPUs newer than itself.
        case forced
    }

    /// Calls the body with ranges that cover `0..<rows`, on several threads where the work is worth it.
    ///
    /// `elementsPerRow` measures the work of one row; the body must give the same result however the rows are split.
    package static func overRows(_ rows: Int, elementsPerRow: Int, _ body: (Range<Int>) -> Void) {
        let threads = count
        let worthwhile = rows * elementsPerRow / minimumElements
        let chunks = min(rows, worthwhile, threads * chunksPerThread)
        guard threads > 1, chunks > 1 else {
            if rows > 0 { body(0..<rows) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let shared = Shared(body: body)
            DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
                shared.body(rows * chunk / chunks..<rows * (chunk + 1) / chunks)
            }
        }
    }

    /// `@unchecked Sendable`: the closure lives on the caller's stack, which waits for all threads, and every thread
    /// writes its own rows only.
    private struct Shared: @unchecked Sendable {
        let body: (Range<Int>) -> Void
    }

    /// Below this number of elements another thread costs more than it saves.
    private static let minimumElements = 32_768
    /// A few chunks for each thread, so that a thread that is held up elsewhere does not hold up the rest.
    private static let chunksPerThread = 4
}
