import Dispatch
import Synchronization

/// Where volumes are decoded.
package protocol VolumeDecoder: Sendable {
    /// Starts to decode a volume into memory.
    ///
    /// `report` is called from one thread with what happens, in its order, and last with `nil`. Where it answers `false`
    /// nobody listens any more, and decoding stops.
    func start(
        _ request: VolumeRequest,
        into memory: SharedMemory,
        report: @escaping @Sendable (VolumeEvent?) -> Bool
    ) -> any DecodingRun
}

/// A volume that is being decoded.
package protocol DecodingRun: Sendable {
    /// Says which slices are wanted next.
    func want(_ slices: [Int])

    /// Ends it.
    func stop()
}

/// Decodes on a thread of this process, for tests and for files that somebody vouches for.
package struct InProcessVolumeDecoder: VolumeDecoder {
    private static let queue = DispatchQueue(label: "preread.volumes", attributes: .concurrent)

    package init() {}

    package func start(
        _ request: VolumeRequest,
        into memory: SharedMemory,
        report: @escaping @Sendable (VolumeEvent?) -> Bool
    ) -> any DecodingRun {
        let run = Run()
        Self.queue.async {
            let decoding = VolumeDecoding(request, into: memory) { event in !run.isStopped && report(event) }
            decoding.run(wishes: run.takeWishes)
            _ = report(nil)
        }
        return run
    }

    private final class Run: DecodingRun {
        private let state = Mutex<(wishes: [Int], isStopped: Bool)>(([], false))

        var isStopped: Bool { state.withLock { $0.isStopped } }

        func want(_ slices: [Int]) { state.withLock { $0.wishes = slices + $0.wishes } }

        func stop() { state.withLock { $0.isStopped = true } }

        func takeWishes() -> [Int] {
            state.withLock { state in
                defer { state.wishes = [] }
                return state.wishes
            }
        }
    }
}
