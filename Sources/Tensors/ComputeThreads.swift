import COpenBLAS
import Dispatch
import Synchronization

/// The number of CPU threads that numeric work uses: the one place where it is set.
///
/// Matrix products and all other loops are divided here, among threads of ``WorkerPool``, or of Dispatch while somebody else
/// has these; the threads of OpenBLAS and oneDNN are not used, because they spin between calls. How work is divided depends on its size alone, so results do not depend on the
/// number of threads, bit for bit.
public enum ComputeThreads {
    private static let chosen = Atomic<Int>(0)
    private static let processors = max(1, Int(openblas_get_num_procs()))

    /// How many threads are used: the processors that this process may run on, until ``use(_:)`` is called.
    public static var count: Int {
        let count = chosen.load(ordering: .relaxed)
        return count > 0 ? count : processors
    }

    /// Uses that many threads from now on; at least one.
    public static func use(_ count: Int) {
        chosen.store(max(1, count), ordering: .relaxed)
    }

    /// The CPU core that OpenBLAS's kernels are written for, such as `Cooperlake`.
    public static var kernelName: String { String(cString: openblas_get_corename()) }

    /// Who chose that core.
    public static var kernelChoice: KernelChoice {
        switch preread_openblas_core_choice() {
        case PREREAD_CORE_USER: .user
        case PREREAD_CORE_PROGRAM: .program
        case PREREAD_CORE_STUCK: .stuck
        default: .library
        }
    }

    /// Who chose the kernels of matrix products.
    public enum KernelChoice: String, Sendable, Hashable {
        /// OpenBLAS: the CPU has no AVX-512, or OpenBLAS knows the CPU.
        case library
        /// `OPENBLAS_CORETYPE` stands in the environment.
        case user
        /// This program: the CPU has AVX-512, which OpenBLAS had overlooked.
        case program
        /// OpenBLAS overlooked AVX-512 and cannot be told: matrix products run at half speed. Setting
        /// `OPENBLAS_CORETYPE` in the environment helps.
        case stuck
    }

    /// Calls the body with ranges that cover `0..<rows`, on several threads where the work is worth it.
    ///
    /// `elementsPerRow` measures the work of one row; the body must give the same result however the rows are split.
    package static func overRows(_ rows: Int, elementsPerRow: Int, _ body: (Range<Int>) -> Void) {
        let chunks = min(rows, rows * elementsPerRow / minimumElements, count * chunksPerThread)
        guard chunks > 1 else {
            if rows > 0 { body(0..<rows) }
            return
        }
        perform(chunks) { chunk in
            body(rows * chunk / chunks..<rows * (chunk + 1) / chunks)
        }
    }

    /// Calls the body with ranges of columns that cover `0..<columns`, for sums over rows: whole cache lines, on several
    /// threads where the work is worth it.
    package static func overColumns(_ columns: Int, rows: Int, _ body: (Range<Int>) -> Void) {
        overRows((columns + columnBlock - 1) / columnBlock, elementsPerRow: rows * columnBlock) { blocks in
            body(blocks.lowerBound * columnBlock..<min(columns, blocks.upperBound * columnBlock))
        }
    }

    /// Whether the caller is one of several threads that work already: what it divides, it does itself.
    @TaskLocal private static var isWithin = false

    /// Calls the body with `0..<tasks`, in any order, on several threads, each under the caller's ``ProductPrecision``.
    ///
    /// Work that a task divides again stays on the task's own thread.
    package static func perform(_ tasks: Int, _ body: (Int) -> Void) {
        let threads = min(count, tasks)
        guard threads > 1, !isWithin else {
            for task in 0..<tasks { body(task) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let shared = Shared(tasks: tasks, body: body)
            let precision = ProductPrecision.current
            if !WorkerPool.shared.run(helpers: threads - 1, { takePart(in: shared, under: precision) }) {
                DispatchQueue.concurrentPerform(iterations: threads) { _ in takePart(in: shared, under: precision) }
            }
        }
    }

    /// Settings of a task do not reach other threads by themselves.
    private static func takePart(in work: Shared, under precision: ProductPrecision) {
        ProductPrecision.$current.withValue(precision) {
            $isWithin.withValue(true) { work.run() }
        }
    }

    /// Calls the body with `0..<tasks`, long ones that divide their own work as well: as many of them side by side as there
    /// are threads, and what is left one after the other, each on all threads.
    package static func performLong(_ tasks: Int, _ body: (Int) -> Void) {
        let together = tasks - tasks % count
        perform(together, body)
        for task in together..<tasks { body(task) }
    }

    /// Tasks that threads take one by one: a thread that is held up elsewhere does not hold up the rest.
    ///
    /// `@unchecked Sendable`: the closure lives on the caller's stack, which waits for all threads, and every task
    /// writes its own part of the result only.
    private final class Shared: @unchecked Sendable {
        private let tasks: Int
        private let body: (Int) -> Void
        private let next = Atomic<Int>(0)

        init(tasks: Int, body: @escaping (Int) -> Void) {
            self.tasks = tasks
            self.body = body
        }

        func run() {
            while true {
                let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard task < tasks else { return }
                body(task)
            }
        }
    }

    /// Below this number of elements another thread costs more than it saves.
    private static let minimumElements = 32_768
    private static let chunksPerThread = 4
    private static let columnBlock = 32
}
