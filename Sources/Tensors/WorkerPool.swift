import CKernels
import Glibc
import Synchronization

/// Threads that wait for work beside the caller's own, one piece of work at a time.
///
/// A network calls for them some hundred times while it encodes a slice. A thread that has just worked looks for more for
/// some microseconds before it sleeps: to be woken takes longer than most of that work.
///
/// `@unchecked Sendable`: the job is written while no worker has a part in it, before the state that offers parts, and the
/// number of workers and of sleepers only by who has the pool or the mutex.
final class WorkerPool: @unchecked Sendable {
    static let shared = WorkerPool()

    private let isTaken = Atomic<Bool>(false)
    /// The number of jobs so far, and in the lowest bits how many parts of the latest nobody has taken.
    private let state = Atomic<Int>(0)
    /// Parts of the latest job that are done.
    private let done = Atomic<Int>(0)
    private var job: () -> Void = {}
    private var workers = 0
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var sleeping = 0

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    /// Calls the job on the calling thread and on up to `helpers` others, and returns when all calls are over. Who comes when
    /// the caller's own call is over already is not waited for. False, without a call, where somebody else has the threads,
    /// or there are none to be had.
    func run(helpers: Int, _ job: @escaping () -> Void) -> Bool {
        guard helpers <= Self.most, !isTaken.exchange(true, ordering: .acquiring) else { return false }
        defer { isTaken.store(false, ordering: .releasing) }
        while workers < helpers {
            guard start() else { return false }
            workers += 1
        }
        self.job = job
        done.store(0, ordering: .relaxed)
        let number = state.load(ordering: .relaxed) / Self.base + 1
        state.store(number * Self.base + helpers, ordering: .sequentiallyConsistent)
        pthread_mutex_lock(mutex)
        if sleeping > 0 { pthread_cond_broadcast(condition) }
        pthread_mutex_unlock(mutex)
        job()
        let taken = helpers - state.exchange(number * Self.base, ordering: .acquiringAndReleasing) % Self.base
        var looks = 0
        while done.load(ordering: .acquiring) < taken {
            looks += 1
            // A worker that lost its processor needs one.
            if looks < Self.patience { kernel_pause() } else { sched_yield() }
        }
        self.job = {}
        return true
    }

    private static let base = 256
    /// The most threads beside the caller's.
    private static let most = base - 1
    /// Looks before a thread sleeps: about 30 µs.
    private static let patience = 2_000

    /// Starts a worker; false where the system has no thread.
    private func start() -> Bool {
        let pool = Unmanaged.passUnretained(self)
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { pool in
                if let pool { Unmanaged<WorkerPool>.fromOpaque(pool).takeUnretainedValue().work() }
                return nil
            },
            pool.toOpaque()
        )
        guard code == 0 else { return false }
        pthread_detach(thread)
        return true
    }

    private func work() {
        // Signals are for the threads that the program made for them.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        while true {
            takePart()
            call()
            done.wrappingAdd(1, ordering: .releasing)
        }
    }

    /// Not inlined: the reference to the job is given back before the caller hears that the part is done.
    @inline(never)
    private func call() { job() }

    /// Returns when there is a part for the calling worker.
    private func takePart() {
        var looks = 0
        while true {
            let now = state.load(ordering: .acquiring)
            if now % Self.base > 0 {
                let (isMine, _) = state.compareExchange(
                    expected: now,
                    desired: now - 1,
                    ordering: .acquiringAndReleasing
                )
                if isMine { return }
                continue
            }
            looks += 1
            if looks < Self.patience {
                kernel_pause()
                continue
            }
            pthread_mutex_lock(mutex)
            sleeping += 1
            while state.load(ordering: .sequentiallyConsistent) % Self.base == 0 { pthread_cond_wait(condition, mutex) }
            sleeping -= 1
            pthread_mutex_unlock(mutex)
            looks = 0
        }
    }
}
