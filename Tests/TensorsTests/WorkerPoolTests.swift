import Dispatch
import Synchronization
import Testing

@testable import Tensors

@Suite("Threads that wait for work")
struct WorkerPoolTests {
    @Test("do every task once, whoever else calls at the same time")
    func doEveryTaskOnce() {
        let counts = (0..<4).map { _ in Counts() }
        DispatchQueue.concurrentPerform(iterations: 4) { caller in
            for _ in 0..<200 {
                ComputeThreads.perform(5) { counts[caller].add($0) }
            }
        }
        for count in counts { #expect(count.values == [200, 200, 200, 200, 200]) }
    }

    @Test("are refused to a second caller, who does the work otherwise")
    func areRefusedToASecondCaller() {
        let isRefused = Atomic<Bool>(false)
        let isDone = WorkerPool.shared.run(helpers: 0) {
            isRefused.store(!WorkerPool.shared.run(helpers: 1) {}, ordering: .relaxed)
        }
        // Where another test has the threads, neither call got them.
        #expect(!isDone || isRefused.load(ordering: .relaxed))
    }

    private final class Counts: Sendable {
        private let counts = Mutex([0, 0, 0, 0, 0])
        var values: [Int] { counts.withLock { $0 } }
        func add(_ task: Int) { counts.withLock { $0[task] += 1 } }
    }
}
